// Layers with packed weights against the portable kernels, bit for bit, over random shapes.
#include "ops/packing.h"

#include "ops/variant_testing.h"

namespace thimble {
namespace {

/// Weights of few values, so that packing pays.
Tensor small_weights(Generator& make, const Shape& shape, int channels, int axis) {
  Tensor weights = make.weights(shape, channels, axis);
  std::vector<std::int8_t> values;
  const int most = make.between(0, 3) ? 7 : 1;
  for (std::int64_t i = 0; i < weights.elements(); ++i) {
    values.push_back(static_cast<std::int8_t>(make.between(-most, most)));
  }
  weights.data = make_data(values);
  return weights;
}

void expect_equal_packed(TestNode& test, Tensor output) {
  output.shape = test.infer()[0].shape;
  test.output(output);
  Graph graph = test.graph();
  graph.nodes = {test.node()};
  const Packing packing = choose_packing(graph, {});
  const auto call = packed_call(NodeView(test.graph(), test.node()), {.packing = &packing});
  ASSERT_EQ(call.has_value(), packing.codes.size() == 1);
  if (!call) return;  // does not pay
  EXPECT_LT(packing.packed_bytes, packing.plain_bytes);
  std::size_t bytes = 0;
  for (const KernelConstant& constant : call->constants) bytes += constant.data->size();
  EXPECT_LE(bytes, packing.packed_bytes + 2) << "the table, the stream, and what is read ahead";
  EXPECT_EQ(outputs_of(test.graph(), {*call}, test.node().outputs[0], test.node().outputs[0]), test.run()[0]);
}

class Packed : public ::testing::TestWithParam<int> {};

TEST_P(Packed, Conv2D) {
  Generator make(GetParam());
  const int depth = make.between(1, 9), channels = make.between(4, 20);
  TestNode test("CONV_2D", window_attributes(make));
  test.input(make.input({1, make.between(3, 9), make.between(3, 12), depth}));
  test.input(small_weights(make, {channels, make.between(1, 3), make.between(1, 3), depth}, channels, 0));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal_packed(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Packed, DepthwiseConv2D) {
  Generator make(GetParam());
  const int multiplier = make.between(1, 3), inputs = make.between(4, 11), channels = inputs * multiplier;
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{multiplier});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input({1, make.between(3, 9), make.between(3, 12), inputs}));
  test.input(small_weights(make, {1, make.between(1, 4), make.between(1, 4), channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal_packed(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Packed, FullyConnected) {
  Generator make(GetParam());
  const int depth = make.between(8, 300), units = make.between(1, 13);
  TestNode test("FULLY_CONNECTED", {{"activation", make.one_of({"NONE", "RELU"})}, {"keep_num_dims", false}});
  test.input(make.input({make.between(1, 3), depth}));
  test.input(small_weights(make, {units, depth}, make.between(0, 1) ? units : 1, 0));
  if (make.between(0, 3)) test.input(make.bias(units));
  expect_equal_packed(test, make.activation({}, 0.02f, 0.4f));
}

INSTANTIATE_TEST_SUITE_P(Random, Packed, ::testing::Range(0, 30));

TestNode dense(const std::vector<std::int8_t>& weights) {
  TestNode test("FULLY_CONNECTED", {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  Generator make(1);
  test.input(make.input({1, 128}));
  Tensor tensor = make.weights({static_cast<int>(weights.size()) / 128, 128}, 1, 0);
  tensor.data = make_data(weights);
  test.input(tensor);
  Tensor output = make.activation({}, 0.1f, 0.2f);
  output.shape = test.infer()[0].shape;
  test.output(output);
  test.graph().nodes = {test.node()};
  return test;
}

/// Where each value is as frequent as any other there is nothing to gain.
TEST(ChoosePacking, LeavesRandomWeightsAlone) {
  std::vector<std::int8_t> weights(2048);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int8_t>(i % 256);
  EXPECT_TRUE(choose_packing(dense(weights).graph(), {}).codes.empty());
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int8_t>(i % 16);
  const Packing packing = choose_packing(dense(weights).graph(), {});
  EXPECT_EQ(packing.codes.size(), 1U);
  EXPECT_LT(packing.packed_bytes, 2048U / 2 + 30);
}

TEST(ChoosePacking, LeavesOtherOperatorsAlone) {
  TestNode test("RELU", {});
  test.input(Type::kInt8, {1, 4});
  EXPECT_FALSE(packed_call(NodeView(test.graph(), test.node()), {}));
}

/// LiteRT rounds a dense layer otherwise than the kernel for packed weights does.
TEST(ChoosePacking, KeepsTheRounding) {
  const TestNode test = dense(std::vector<std::int8_t>(2048, 3));
  EXPECT_EQ(choose_packing(test.graph(), {}).codes.size(), 1U);
  EXPECT_TRUE(choose_packing(test.graph(), {.rounding = Rounding::kLitert}).codes.empty());
}

}  // namespace
}  // namespace thimble
