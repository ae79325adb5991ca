#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

std::string error_of(Shape shape, const std::vector<std::int32_t>& paddings) {
  TestNode test("PAD", {});
  test.input(Type::kInt8, std::move(shape));
  test.integers(paddings);
  return infer_error(test);
}

TEST(Pad, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of({2, 3}, {1, 1}), "2 paddings for 2 dimensions");
  EXPECT_EQ(error_of({2, 3}, {1, 1, -1, 0}), "a padding of -1");
  EXPECT_EQ(error_of({2, 3}, {1, 1, 1 << 29, 0}), "a padding of 536870912");
  EXPECT_EQ(error_of({1, 1, 1, 1, 1, 1}, std::vector<std::int32_t>(12, 0)),
            "'tensor' has 6 dimensions; PAD is supported up to 5");
  TestNode computed("PAD", {});
  computed.input(Type::kInt8, {2});
  computed.input(Type::kInt32, {2});
  EXPECT_NE(infer_error(computed), "");
}

}  // namespace
}  // namespace thimble
