#include <gtest/gtest.h>
#include <limits>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TEST(Dequantize, RefusesChannels) {
  TestNode test("DEQUANTIZE", {});
  Tensor tensor = TestNode::tensor_of(Type::kInt8, {2});
  tensor.quantization = {{1.0f, 2.0f}, {0, 0}, 0};
  tensor.data = make_data(std::vector<std::int8_t>{1, 2});
  test.input(tensor);
  test.output(TestNode::tensor_of(Type::kFloat32, {2}));
  EXPECT_THROW(test.run(), InputError);
}

TEST(Dequantize, ReadsAllHalves) {
  // Zero, the smallest and greatest subnormal, one, the greatest, infinity; both signs.
  TestNode test("DEQUANTIZE", {});
  Tensor tensor = TestNode::tensor_of(Type::kFloat16, {8});
  tensor.data = make_data(std::vector<std::uint16_t>{0, 1, 0x3FF, 0x3C00, 0x7BFF, 0x7C00, 0xBC00, 0x8001});
  test.input(tensor);
  test.output(TestNode::tensor_of(Type::kFloat32, {8}));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(test.run()[0],
            *make_data(std::vector<float>{0.0f, 0x1p-24f, 0x3FFp-24f, 1.0f, 65504.0f, infinity, -1.0f, -0x1p-24f}));
}

}  // namespace
}  // namespace thimble
