#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(Type input, Shape shape, Type weights, Shape weights_shape, bool keep = false) {
  TestNode test("FULLY_CONNECTED", {{"activation", std::string("NONE")}, {"keep_num_dims", keep}});
  test.input(input, std::move(shape));
  test.input(weights, std::move(weights_shape));
  return test;
}

TEST(FullyConnected, FlattensOrKeepsTheInput) {
  EXPECT_EQ(node(Type::kFloat32, {2, 3, 4}, Type::kFloat32, {5, 4}).infer()[0].shape, (Shape{6, 5}));
  EXPECT_EQ(node(Type::kFloat32, {2, 3, 4}, Type::kFloat32, {5, 4}, true).infer()[0].shape, (Shape{2, 3, 5}));
  EXPECT_EQ(node(Type::kFloat32, {2, 3, 4}, Type::kFloat32, {5, 12}).infer()[0].shape, (Shape{2, 5}));
}

TEST(FullyConnected, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node(Type::kFloat32, {2, 3}, Type::kFloat32, {5, 4})),
            "weights of 5x4 do not fit an input of 2x3");
  EXPECT_EQ(infer_error(node(Type::kFloat32, {2, 8}, Type::kFloat32, {5, 4}, true)),
            "weights of 5x4 do not fit an input of 2x8");
  EXPECT_EQ(infer_error(node(Type::kFloat32, {2, 4}, Type::kFloat32, {5, 0})),
            "weights of 5x0 do not fit an input of 2x4");
  EXPECT_EQ(infer_error(node(Type::kInt8, {2, 4}, Type::kFloat32, {5, 4})), "'tensor' is float32, expected int8, int4");
  TestNode biased = node(Type::kInt8, {2, 4}, Type::kInt8, {5, 4});
  biased.input(Type::kInt32, {4});
  EXPECT_EQ(infer_error(biased), "a bias of 4 does not fit 5 units");
}

TEST(FullyConnected, RoundsTwiceOrOnce) {
  // -2 / 4: a tie.
  const auto run = [](Rounding rounding) {
    TestNode test = node(Type::kInt8, {1, 1}, Type::kInt8, {1, 1});
    for (Tensor& tensor : test.graph().tensors) tensor.quantization = {{1.0f}, {0}, 0};
    test.graph().tensors[0].data = make_data(std::vector<std::int8_t>{-2});
    test.graph().tensors[1].data = make_data(std::vector<std::int8_t>{1});
    Tensor output = TestNode::tensor_of(Type::kInt8, {1, 1});
    output.quantization = {{4.0f}, {0}, 0};
    test.output(output);
    return static_cast<std::int8_t>(test.run({.rounding = rounding})[0][0]);
  };
  EXPECT_EQ(run(Rounding::kTflm), -1);
  EXPECT_EQ(run(Rounding::kLitert), 0);
}

TEST(FullyConnected, CountsMultiplications) {
  TestNode test = node(Type::kFloat32, {2, 4}, Type::kFloat32, {5, 4});
  test.output(TestNode::tensor_of(Type::kFloat32, {2, 5}));
  EXPECT_EQ(op_of(test.node()).macs(NodeView(test.graph(), test.node())), 40);
}

}  // namespace
}  // namespace thimble
