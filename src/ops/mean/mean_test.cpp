#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(Shape shape, const std::vector<std::int32_t>& axes, bool keep) {
  TestNode test("MEAN", {{"keep_dims", keep}});
  test.input(Type::kFloat32, std::move(shape));
  test.integers(axes);
  return test;
}

TEST(Mean, InfersTheShape) {
  EXPECT_EQ(node({2, 3, 4, 5}, {1, 2}, false).infer()[0].shape, (Shape{2, 5}));
  EXPECT_EQ(node({2, 3, 4, 5}, {-1, 1, 3}, true).infer()[0].shape, (Shape{2, 1, 4, 1}));
  EXPECT_EQ(node({2, 3}, {0, 1}, false).infer()[0].shape, Shape{});
}

TEST(Mean, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node({2, 3}, {2}, false)), "axis 2 of 2 dimensions");
  EXPECT_EQ(infer_error(node({2, 3}, {-3}, false)), "axis -3 of 2 dimensions");
  EXPECT_EQ(infer_error(node({2, 0}, {1}, false)), "the mean of nothing");
}

}  // namespace
}  // namespace thimble
