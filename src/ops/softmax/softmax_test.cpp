#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TEST(Softmax, MayWidenInt8) {
  TestNode test("SOFTMAX", {{"beta", 1.0}});
  test.input(Type::kInt8, {2, 3});
  EXPECT_EQ(test.infer()[0].type, Type::kInt8);
  test.output(TestNode::tensor_of(Type::kInt16, {2, 3}));
  EXPECT_EQ(test.infer()[0].type, Type::kInt16);
}

TEST(Softmax, RefusesNoValues) {
  TestNode test("SOFTMAX", {{"beta", 1.0}});
  test.input(Type::kInt8, {2, 0});
  EXPECT_EQ(infer_error(test), "'tensor' is 2x0, expected values");
}

TEST(Softmax, RefusesAnotherScale) {
  TestNode test("SOFTMAX", {{"beta", 1.0}});
  Tensor tensor = TestNode::tensor_of(Type::kInt8, {1, 2});
  tensor.quantization = {{0.1f}, {0}, 0};
  tensor.data = make_data(std::vector<std::int8_t>{1, 2});
  test.input(tensor);
  tensor.data = nullptr;
  test.output(tensor);
  EXPECT_THROW(test.run(), InputError);
}

/// 5000 equal values overflow the sum's fixed point: the result does not matter, but there must be one.
TEST(Softmax, SurvivesTooManyValues) {
  for (const Type type : {Type::kInt8, Type::kInt16}) {
    TestNode test("SOFTMAX", {{"beta", 1.0}});
    Tensor tensor = TestNode::tensor_of(type, {1, 70000});
    tensor.quantization = {{0.1f}, {0}, 0};
    tensor.data = std::make_shared<const Bytes>(tensor.bytes(), std::uint8_t{0});
    test.input(tensor);
    tensor.data = nullptr;
    tensor.quantization =
        type == Type::kInt8 ? Quantization{{1.0f / 256}, {-128}, 0} : Quantization{{1.0f / 32768}, {0}, 0};
    test.output(tensor);
    EXPECT_EQ(test.run()[0].size(), tensor.bytes());
  }
}

}  // namespace
}  // namespace thimble
