#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TestNode node(Type type, Shape shape, std::int64_t filter, std::int64_t stride, const char* padding) {
  TestNode test("MAX_POOL_2D", {{"padding", std::string(padding)},
                                {"stride_h", stride},
                                {"stride_w", stride},
                                {"filter_h", filter},
                                {"filter_w", filter},
                                {"activation", std::string("NONE")}});
  test.input(type, std::move(shape));
  return test;
}

TEST(MaxPool2D, InfersTheShape) {
  EXPECT_EQ(node(Type::kInt8, {1, 7, 6, 3}, 3, 2, "VALID").infer()[0].shape, (Shape{1, 3, 2, 3}));
  EXPECT_EQ(node(Type::kInt8, {1, 7, 6, 3}, 3, 2, "SAME").infer()[0].shape, (Shape{1, 4, 3, 3}));
}

TEST(MaxPool2D, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node(Type::kInt8, {1, 2, 6, 3}, 3, 1, "VALID")), "a window of 3 does not fit into 2");
  EXPECT_EQ(infer_error(node(Type::kInt8, {1, 2, 6, 3}, 3, 0, "VALID")),
            "window of 3 with stride 0 and dilation 1; all must be positive");
  EXPECT_EQ(infer_error(node(Type::kInt8, {2, 6, 3}, 3, 1, "VALID")),
            "'tensor' is 2x6x3, expected batch x height x width x channels");
  EXPECT_EQ(infer_error(node(Type::kInt32, {1, 6, 6, 3}, 3, 1, "VALID")),
            "'tensor' is int32, expected float32, int8, uint8, int16");
}

}  // namespace
}  // namespace thimble
