#include <gtest/gtest.h>

#include "ops/op_testing.h"

namespace thimble {
namespace {

Tensor vector_of(const std::vector<float>& values) {
  Tensor tensor = TestNode::tensor_of(Type::kFloat32, {static_cast<int>(values.size())});
  tensor.data = make_data(values);
  return tensor;
}

TestNode node(Tensor x) {
  TestNode test("BATCH_NORMALIZATION", {{"epsilon", 1.0}, {"momentum", 0.99}});
  test.input(std::move(x));
  for (const std::vector<float>& values : {std::vector{2.0f, -1.0f}, {0.5f, 0.25f}, {1.0f, 3.0f}, {3.0f, 8.0f}}) {
    test.input(vector_of(values));
  }
  return test;
}

TEST(BatchNormalization, NormalizesEachChannel) {
  Tensor x = TestNode::tensor_of(Type::kFloat32, {2, 2});
  x.data = make_data(std::vector<float>{1.0f, 3.0f, 5.0f, -6.0f});
  TestNode test = node(x);
  x.data = nullptr;
  test.output(x);
  // gamma * (x - mean) / sqrt(variance + 1) + beta; the square roots are 2 and 3.
  EXPECT_EQ(test.run()[0], *make_data(std::vector<float>{0.5f, 0.25f, 4.5f, 3.25f}));
}

TEST(BatchNormalization, RefusesWhatDoesNotFit) {
  EXPECT_EQ(infer_error(node(TestNode::tensor_of(Type::kFloat32, {2, 3}))),
            "'tensor' is 2, expected one value for each of 3 channels");
}

}  // namespace
}  // namespace thimble
