// The kernels for Armv7E-M's DSP instructions against the portable ones, bit for bit. Here both are plain C; on a board
// the first are assembly (src/deploy/deploy_test.cpp).
#include "ops/dsp.h"

#include "ops/variant_testing.h"

namespace thimble {
namespace {

constexpr LowerOptions kDsp = {.features = {.dsp = true}}, kLanes = {.features = {.lanes = true}},
                       kMultiplyAdd = {.features = {.lanes = true, .multiply_add = true}};

void expect_equal(TestNode& test, const Tensor& output_like) {
  expect_equal_variant(test, output_like, kDsp, {"_dsp"});
  expect_equal_lowered(test, kLanes, {"_dsp", "_units"});
  expect_equal_lowered(test, kMultiplyAdd, {"_dsp", "_units", "_lanes"});
}

class Dsp : public ::testing::TestWithParam<int> {};

TEST_P(Dsp, Conv2D) {
  Generator make(GetParam());
  const int filter_h = make.between(1, 3), filter_w = make.between(1, 3);
  const int depth = make.between(0, 1) ? 4 * make.between(1, 5) : make.between(1, 9), channels = make.between(1, 9);
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input({make.between(1, 2), make.between(5, 9), make.between(5, 12), depth}));
  test.input(make.weights({channels, filter_h, filter_w, depth}, channels, 0));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Dsp, FullyConnected) {
  Generator make(GetParam());
  const bool per_channel = make.between(0, 1);
  const int depth = make.between(0, 4) ? make.between(1, 70) : make.between(600, 1400), units = make.between(1, 13);
  TestNode test("FULLY_CONNECTED",
                {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}, {"keep_num_dims", false}});
  test.input(make.input({make.between(1, 3), depth}));
  test.input(make.weights({units, depth}, per_channel ? units : 1, 0));
  if (make.between(0, 3)) test.input(make.bias(units));
  expect_equal(test, make.activation({}, 0.02f, 0.4f));
}

TEST_P(Dsp, FullyConnectedSumsLargerThan24Bits) {
  Generator make(GetParam());
  const int depth = make.between(500, 1500);
  TestNode test("FULLY_CONNECTED", {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  Tensor input = make.input({1, depth}), weights = make.weights({4, depth}, 1, 0);
  weights.data = make_data(std::vector<std::int8_t>(static_cast<std::size_t>(4 * depth), 127));
  input.data = make_data(std::vector<std::int8_t>(static_cast<std::size_t>(depth), make.between(0, 1) ? 127 : -128));
  test.input(input);
  test.input(weights);
  expect_equal(test, make.activation({}, 0.02f, 0.4f));
}

TEST_P(Dsp, DepthwiseConv2D) {
  Generator make(GetParam());
  const bool usual = make.between(0, 1);
  const int filter_h = usual ? 3 : make.between(1, 4), filter_w = usual ? 3 : make.between(1, 5);
  const int channels = make.between(1, 11);
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  attributes.set("dilation_h", std::int64_t{1});
  attributes.set("dilation_w", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input({make.between(1, 2), make.between(5, 9), make.between(5, 12), channels}));
  test.input(make.weights({1, filter_h, filter_w, channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

/// `length` x 1 under `taps` x 1: sounds.
TEST_P(Dsp, DepthwiseConv2DOfOneColumn) {
  Generator make(GetParam());
  const int channels = make.between(1, 11), taps = make.between(1, 12);
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input({make.between(1, 2), make.between(12, 20), 1, channels}));
  test.input(make.weights({1, taps, 1, channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Dsp, Conv2DAndMaximum) {
  Generator make(GetParam());
  const int channels = make.between(1, 9), height = make.between(4, 9), width = make.between(4, 9);
  const Tensor image = make.input({make.between(1, 2), height, width, 1});
  Graph graph;
  const TensorId input = graph.add(image);
  const TensorId filter = graph.add(make.weights({channels, 3, 3, 1}, channels, 0));
  const TensorId bias = graph.add(make.bias(channels));
  const Attributes attributes = {{"padding", make.one_of({"SAME", "VALID"})},
                                 {"stride_h", std::int64_t{1}},
                                 {"stride_w", std::int64_t{1}},
                                 {"activation", make.one_of({"NONE", "RELU"})}};
  const TensorId sums = append(graph, {"CONV_2D", "conv", {input, filter, bias}, {}, attributes}, "sums");
  graph.tensor(sums).quantization = make.activation({}, 0.02f, 0.2f).quantization;
  graph.tensor(sums).quantization.zero_points[0] = -128;
  const Attributes pool = {{"padding", std::string("VALID")}, {"filter_h", std::int64_t{2}},
                           {"filter_w", std::int64_t{2}},     {"stride_h", std::int64_t{2}},
                           {"stride_w", std::int64_t{2}},     {"activation", std::string("NONE")}};
  const TensorId largest = append(graph, {"MAX_POOL_2D", "pool", {sums}, {}, pool}, "largest");
  graph.tensor(largest).quantization = graph.tensor(sums).quantization;
  const NodeView conv(graph, graph.nodes[0]), maximum(graph, graph.nodes[1]);
  const auto together = op_of(conv.node()).lower_with(conv, maximum, kDsp);
  ASSERT_TRUE(together.has_value());
  EXPECT_EQ(outputs_of(graph, {*together}, largest, largest), outputs_of(graph, apart(graph), largest, largest));
}

void expect_equal_pools(const std::string& op, int seed) {
  Generator make(seed);
  Attributes attributes = window_attributes(make);
  attributes.set("activation", std::string("NONE"));
  attributes.set("filter_h", std::int64_t{make.between(1, 4)});
  attributes.set("filter_w", std::int64_t{make.between(1, 4)});
  TestNode test(op, attributes);
  const Tensor input = make.input({make.between(1, 2), make.between(5, 9), make.between(5, 9), 4 * make.between(1, 3)});
  test.input(input);
  expect_equal(test, input);
}

TEST_P(Dsp, MaxPool2D) { expect_equal_pools("MAX_POOL_2D", GetParam()); }

TEST_P(Dsp, AveragePool2D) { expect_equal_pools("AVERAGE_POOL_2D", GetParam()); }

TEST_P(Dsp, Add) {
  Generator make(GetParam());
  TestNode test("ADD", {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}});
  const Shape shape = {1, make.between(1, 3), make.between(1, 40)};
  Tensor a = make.input(shape), b = make.input(shape);
  if (make.between(0, 3) == 0) b.quantization.scales = a.quantization.scales;
  test.input(a);
  test.input(b);
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

INSTANTIATE_TEST_SUITE_P(Random, Dsp, ::testing::Range(0, 200));

}  // namespace
}  // namespace thimble
