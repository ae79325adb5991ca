#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TEST(Reshape, TakesTheShapeFromItsConstantInput) {
  TestNode test("RESHAPE", {});
  test.input(Type::kInt8, {2, 3, 4});
  test.integers({4, -1});
  EXPECT_EQ(test.infer()[0].shape, (Shape{4, 6}));
}

TEST(Reshape, TakesTheFilesWordForAComputedShape) {
  TestNode test("RESHAPE", {});
  test.input(Type::kInt8, {2, 3, 4});
  test.input(Type::kInt32, {2});
  EXPECT_EQ(infer_error(test), "the new shape depends on data; only static shapes are supported");
  test.output(TestNode::tensor_of(Type::kInt8, {6, 4}));
  EXPECT_EQ(test.infer()[0].shape, (Shape{6, 4}));
}

TEST(Reshape, ReadsTheOldFormOfAScalar) {
  TestNode test("RESHAPE", {{"new_shape", std::vector<std::int64_t>{0}}});
  test.input(Type::kInt8, {1, 1});
  EXPECT_EQ(test.infer()[0].shape, Shape{});
}

std::string error_of(const std::vector<std::int32_t>& shape) {
  TestNode test("RESHAPE", {});
  test.input(Type::kInt8, {2, 3, 4});
  test.integers(shape);
  return infer_error(test);
}

TEST(Reshape, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of({5, -1}), "the new shape 5x-1 does not have the input's 24 elements");
  EXPECT_EQ(error_of({-1, -1}), "the new shape -1x-1 is ambiguous");
  EXPECT_EQ(error_of({0, -1}), "the new shape 0x-1 is ambiguous");
  EXPECT_EQ(error_of({-2, 12}), "a dimension of -2 in the new shape");
  EXPECT_EQ(error_of({1 << 30, 1 << 30, 1 << 30}),
            "the new shape 1073741824x1073741824x1073741824 has more than the input's 24 elements");
}

}  // namespace
}  // namespace thimble
