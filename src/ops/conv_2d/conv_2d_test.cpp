#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(Shape shape, Shape filter, std::int64_t dilation = 1) {
  TestNode test("CONV_2D", {{"padding", std::string("VALID")},
                            {"stride_h", std::int64_t{1}},
                            {"stride_w", std::int64_t{2}},
                            {"dilation_h", dilation},
                            {"dilation_w", std::int64_t{1}},
                            {"activation", std::string("NONE")}});
  test.input(Type::kFloat32, std::move(shape));
  test.input(Type::kFloat32, std::move(filter));
  return test;
}

TEST(Conv2D, InfersTheShape) {
  EXPECT_EQ(node({1, 5, 4, 3}, {6, 3, 2, 3}).infer()[0].shape, (Shape{1, 3, 2, 6}));
  EXPECT_EQ(node({1, 5, 4, 3}, {6, 3, 2, 3}, 2).infer()[0].shape, (Shape{1, 1, 2, 6}));
  EXPECT_EQ(node({1, 5, 4, 4}, {6, 3, 2, 2}).infer()[0].shape, (Shape{1, 3, 2, 6}));
}

TEST(Conv2D, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node({1, 5, 4, 3}, {6, 3, 2, 2})), "a filter of 6x3x2x2 does not fit an input of 1x5x4x3");
  EXPECT_EQ(infer_error(node({1, 5, 4, 4}, {5, 3, 2, 2})), "a filter of 5x3x2x2 does not fit an input of 1x5x4x4");
  EXPECT_EQ(infer_error(node({1, 5, 4, 3}, {6, 3, 2, 0})), "a filter of 6x3x2x0 does not fit an input of 1x5x4x3");
  EXPECT_EQ(infer_error(node({1, 5, 4, 3}, {6, 6, 2, 3})), "a window of 6 does not fit into 5");
  TestNode biased = node({1, 5, 4, 3}, {6, 3, 2, 3});
  biased.input(Type::kFloat32, {3});
  EXPECT_EQ(infer_error(biased), "a bias of 3 does not fit 6 filters");
}

}  // namespace
}  // namespace thimble
