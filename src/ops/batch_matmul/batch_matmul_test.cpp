#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(Shape a, Shape b, bool adj_x = false, bool adj_y = false) {
  TestNode test("BATCH_MATMUL", {{"adj_x", adj_x}, {"adj_y", adj_y}});
  test.input(Type::kInt8, std::move(a));
  test.input(Type::kInt8, std::move(b));
  return test;
}

TEST(BatchMatMul, InfersTheShape) {
  EXPECT_EQ(node({2, 3}, {3, 4}).infer()[0].shape, (Shape{2, 4}));
  EXPECT_EQ(node({3, 2}, {4, 3}, true, true).infer()[0].shape, (Shape{2, 4}));
  EXPECT_EQ(node({5, 1, 2, 3}, {6, 3, 4}).infer()[0].shape, (Shape{5, 6, 2, 4}));
}

TEST(BatchMatMul, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node({2, 3}, {4, 3})), "matrices of 2 x 3 and 4 x 3 cannot be multiplied");
  EXPECT_EQ(infer_error(node({3}, {3, 4})), "'tensor' is 3, expected matrices");
  EXPECT_EQ(infer_error(node({2, 2, 3}, {4, 3, 5})), "shapes 2 and 4 cannot be broadcast");
}

TEST(BatchMatMul, RoundsTwiceEitherWay) {
  // -2 / 4: a tie.
  const auto run = [](Rounding rounding) {
    TestNode test = node({1, 1}, {1, 1});
    for (Tensor& tensor : test.graph().tensors) tensor.quantization = {{1.0f}, {0}, 0};
    test.graph().tensors[0].data = make_data(std::vector<std::int8_t>{-2});
    test.graph().tensors[1].data = make_data(std::vector<std::int8_t>{1});
    Tensor output = TestNode::tensor_of(Type::kInt8, {1, 1});
    output.quantization = {{4.0f}, {0}, 0};
    test.output(output);
    return static_cast<std::int8_t>(test.run({.rounding = rounding})[0][0]);
  };
  EXPECT_EQ(run(Rounding::kTflm), -1);
  EXPECT_EQ(run(Rounding::kLitert), -1);  // XNNPACK alone rounds once
}

}  // namespace
}  // namespace thimble
