#include <gtest/gtest.h>
#include <limits>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TEST(Quantize, SaturatesWhatIsNoNumberOrTooLarge) {
  TestNode test("QUANTIZE", {});
  Tensor input = TestNode::tensor_of(Type::kFloat32, {5});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  input.data = make_data(std::vector<float>{nan, infinity, -infinity, 3e38f, 0.49999997f});
  test.input(input);
  Tensor output = TestNode::tensor_of(Type::kInt8, {5});
  output.quantization = {{1.0f}, {7}, 0};
  test.output(output);
  EXPECT_EQ(test.run()[0], *make_data(std::vector<std::int8_t>{7, 127, -128, 127, 7}));
}

TEST(Quantize, HasTheTypeOfItsOutput) {
  TestNode test("QUANTIZE", {});
  test.input(Type::kInt8, {5});
  test.output(TestNode::tensor_of(Type::kInt16, {5}));
  EXPECT_EQ(test.infer()[0].type, Type::kInt16);
}

TEST(Quantize, RefusesPairsWithoutAKernel) {
  TestNode test("QUANTIZE", {});
  Tensor tensor = TestNode::tensor_of(Type::kUint8, {1});
  tensor.quantization = {{1.0f}, {0}, 0};
  tensor.data = make_data(std::vector<std::uint8_t>{1});
  test.input(tensor);
  tensor.type = Type::kInt16;
  tensor.data = nullptr;
  test.output(tensor);
  EXPECT_THROW(test.run(), InputError);
}

}  // namespace
}  // namespace thimble
