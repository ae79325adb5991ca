#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(std::vector<std::int32_t> output, Shape filter, Shape input, std::int64_t stride = 1) {
  TestNode test("TRANSPOSE_CONV", {{"padding", std::string("VALID")},
                                   {"stride_h", stride},
                                   {"stride_w", std::int64_t{2}},
                                   {"activation", std::string("NONE")}});
  test.integers(output);
  test.input(Type::kFloat32, std::move(filter));
  test.input(Type::kFloat32, std::move(input));
  return test;
}

TEST(TransposeConv, TakesTheShapeFromItsFirstInput) {
  EXPECT_EQ(node({1, 5, 8, 6}, {6, 3, 2, 3}, {1, 3, 4, 3}).infer()[0].shape, (Shape{1, 5, 8, 6}));
}

TEST(TransposeConv, TakesTheFilesWordForAComputedShape) {
  TestNode test = node({1, 5, 8, 6}, {6, 3, 2, 3}, {1, 3, 4, 3});
  test.graph().tensors[0].data = nullptr;
  EXPECT_EQ(infer_error(test), "the shape 'tensor' depends on data; only static shapes are supported");
  test.output(TestNode::tensor_of(Type::kFloat32, {1, 5, 9, 6}));
  EXPECT_EQ(test.infer()[0].shape, (Shape{1, 5, 9, 6}));
}

TEST(TransposeConv, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node({1, 5, 8, 6}, {6, 3, 2, 2}, {1, 3, 4, 3})),
            "a filter of 6x3x2x2 does not fit an input of 1x3x4x3 and an output of 1x5x8x6");
  EXPECT_EQ(infer_error(node({1, 5, 8}, {6, 3, 2, 3}, {1, 3, 4, 3})),
            "a filter of 6x3x2x3 does not fit an input of 1x3x4x3 and an output of 1x5x8");
  EXPECT_EQ(infer_error(node({1, 5, 8, -6}, {6, 3, 2, 3}, {1, 3, 4, 3})), "a dimension of -6 in 'tensor'");
  EXPECT_EQ(infer_error(node({1, 1 << 20, 1 << 20, 6}, {6, 3, 2, 3}, {1, 3, 4, 3})),
            "'tensor' asks for a shape of 1x1048576x1048576x6, which is too large");
  EXPECT_EQ(infer_error(node({1, 5, 8, 6}, {6, 3, 2, 3}, {1, 3, 4, 3}, 0)),
            "strides of 0 and 2; both must be positive");
}

}  // namespace
}  // namespace thimble
