#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

TEST(Dropout, IsACopyAtInference) {
  TestNode test("DROPOUT", {{"rate", 0.5}});
  Tensor tensor = TestNode::tensor_of(Type::kFloat32, {3});
  tensor.data = make_data(std::vector<float>{1.0f, -2.0f, 3.0f});
  test.input(tensor);
  test.output(TestNode::tensor_of(Type::kFloat32, {3}));
  EXPECT_EQ(test.run()[0], *tensor.data);
}

TEST(Dropout, RefusesARateOfOne) {
  TestNode test("DROPOUT", {{"rate", 1.0}});
  test.input(Type::kFloat32, {3});
  EXPECT_EQ(infer_error(test), "rate is 1; it must be at least 0 and below 1");
}

}  // namespace
}  // namespace thimble
