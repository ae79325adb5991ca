#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(Type a, Shape shape_a, Type b, Shape shape_b) {
  TestNode test("ADD", {{"activation", std::string("NONE")}});
  test.input(a, std::move(shape_a));
  test.input(b, std::move(shape_b));
  return test;
}

TEST(Add, Broadcasts) {
  EXPECT_EQ(node(Type::kInt8, {2, 1, 4}, Type::kInt8, {3, 1}).infer()[0].shape, (Shape{2, 3, 4}));
  EXPECT_EQ(node(Type::kInt8, {}, Type::kInt8, {3, 0}).infer()[0].shape, (Shape{3, 0}));
}

TEST(Add, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node(Type::kInt8, {2, 3}, Type::kInt8, {2, 4})), "shapes 2x3 and 2x4 cannot be broadcast");
  EXPECT_EQ(infer_error(node(Type::kInt8, {2}, Type::kInt16, {2})), "'tensor' is int16, expected int8");
  EXPECT_EQ(infer_error(node(Type::kInt8, {1 << 20, 1}, Type::kInt8, {1 << 20})),
            "an output of 1048576x1048576 is too large");
}

TEST(Add, WrapsAroundInInt32) {
  TestNode test = node(Type::kInt32, {1}, Type::kInt32, {1});
  for (Tensor& tensor : test.graph().tensors) tensor.data = make_data(std::vector<std::int32_t>{INT32_MAX});
  test.output(TestNode::tensor_of(Type::kInt32, {1}));
  EXPECT_EQ(test.run()[0], *make_data(std::vector<std::int32_t>{-2}));
}

}  // namespace
}  // namespace thimble
