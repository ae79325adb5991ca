#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(Shape shape, Shape filter) {
  TestNode test("DEPTHWISE_CONV_2D", {{"padding", std::string("SAME")},
                                      {"stride_h", std::int64_t{2}},
                                      {"stride_w", std::int64_t{2}},
                                      {"dilation_h", std::int64_t{1}},
                                      {"dilation_w", std::int64_t{1}},
                                      {"activation", std::string("NONE")}});
  test.input(Type::kFloat32, std::move(shape));
  test.input(Type::kFloat32, std::move(filter));
  return test;
}

TEST(DepthwiseConv2D, InfersTheShape) {
  EXPECT_EQ(node({1, 5, 4, 3}, {1, 3, 3, 6}).infer()[0].shape, (Shape{1, 3, 2, 6}));
}

TEST(DepthwiseConv2D, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node({1, 5, 4, 3}, {1, 3, 3, 4})), "a filter of 1x3x3x4 does not fit an input of 1x5x4x3");
  EXPECT_EQ(infer_error(node({1, 5, 4, 3}, {2, 3, 3, 6})), "a filter of 2x3x3x6 does not fit an input of 1x5x4x3");
  EXPECT_EQ(infer_error(node({1, 5, 4, 0}, {1, 3, 3, 6})), "a filter of 1x3x3x6 does not fit an input of 1x5x4x0");
  TestNode biased = node({1, 5, 4, 3}, {1, 3, 3, 6});
  biased.input(Type::kFloat32, {3});
  EXPECT_EQ(infer_error(biased), "a bias of 3 does not fit 6 channels");
}

}  // namespace
}  // namespace thimble
