#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TEST(Relu, RefusesOtherTypes) {
  TestNode test("RELU", {});
  test.input(Type::kInt32, {3});
  EXPECT_EQ(infer_error(test), "'tensor' is int32, expected float32, int8, uint8, int16");
}

TEST(Relu, NeedsScales) {
  TestNode test("RELU", {});
  Tensor tensor = TestNode::tensor_of(Type::kInt8, {1});
  tensor.data = make_data(std::vector<std::int8_t>{1});
  test.input(tensor);
  test.output(TestNode::tensor_of(Type::kInt8, {1}));
  EXPECT_THROW(test.run(), InputError);
}

}  // namespace
}  // namespace thimble
