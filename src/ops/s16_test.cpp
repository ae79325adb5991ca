// The kernels made for a CPU for 16-bit activations and 8-bit weights against the portable ones, bit for bit. Here both
// are plain C; on a board the first are assembly (src/deploy/deploy_test.cpp).
#include "ops/dsp16.h"
#include "ops/variant_testing.h"

namespace thimble {
namespace {

constexpr LowerOptions kDsp = {.features = {.dsp = true}}, kMve = {.features = {.dsp = true, .mve = true}},
                       kLanes = {.features = {.lanes = true}};

void expect_equal(TestNode& test, const Tensor& output_like) {
  expect_equal_variant(test, output_like, kDsp, {"_s16_dsp"});
  expect_equal_lowered(test, kMve, {"_s16_mve", "_s16_dsp"});
  expect_equal_lowered(test, kLanes, {"_s16_units", "_s16_dsp"});
}

class S16 : public ::testing::TestWithParam<int> {};

TEST_P(S16, Conv2D) {
  Generator make(GetParam());
  const int filter_h = make.between(1, 3), filter_w = make.between(1, 3);
  const int depth = make.between(0, 1) ? 4 * make.between(1, 5) : make.between(1, 9), channels = make.between(1, 9);
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input_16({make.between(1, 2), make.between(5, 9), make.between(5, 12), depth}));
  test.input(make.weights({channels, filter_h, filter_w, depth}, channels, 0));
  if (make.between(0, 3)) test.input(make.bias_64(channels));
  expect_equal(test, make.activation_16({}, 0.0001f, 0.01f));
}

TEST_P(S16, DepthwiseConv2D) {
  Generator make(GetParam());
  const bool usual = make.between(0, 1);
  const int filter_h = usual ? 3 : make.between(1, 4), filter_w = usual ? 3 : make.between(1, 5);
  const int channels = make.between(1, 11);
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input_16({make.between(1, 2), make.between(5, 9), make.between(5, 12), channels}));
  test.input(make.weights({1, filter_h, filter_w, channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias_64(channels));
  expect_equal(test, make.activation_16({}, 0.0001f, 0.01f));
}

TEST_P(S16, DepthwiseConv2DOfOneColumn) {
  Generator make(GetParam());
  const int channels = make.between(1, 11), taps = make.between(1, 12);
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input_16({make.between(1, 2), make.between(12, 20), 1, channels}));
  test.input(make.weights({1, taps, 1, channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias_64(channels));
  expect_equal(test, make.activation_16({}, 0.0001f, 0.01f));
}

TEST_P(S16, FullyConnected) {
  Generator make(GetParam());
  const bool per_channel = make.between(0, 1);
  const int depth = make.between(1, 500), units = make.between(1, 13);
  TestNode test("FULLY_CONNECTED",
                {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}, {"keep_num_dims", false}});
  test.input(make.input_16({make.between(1, 3), depth}));
  test.input(make.weights({units, depth}, per_channel ? units : 1, 0));
  if (make.between(0, 3)) test.input(make.bias_64(units));
  expect_equal(test, make.activation_16({}, 0.0001f, 0.01f));
}

TEST_P(S16, Add) {
  Generator make(GetParam());
  TestNode test("ADD", {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}});
  const Shape shape = {1, make.between(1, 3), make.between(1, 40)};
  test.input(make.input_16(shape));
  test.input(make.input_16(shape));
  expect_equal_variant(test, make.activation_16({}, 0.0001f, 0.002f), kDsp, {"_s16_dsp"});
  expect_equal_lowered(test, kMve, {"_s16_mve"});
}

/// Scales that are the same.
TEST_P(S16, AddOfEqualScales) {
  Generator make(GetParam());
  TestNode test("ADD", {{"activation", std::string("NONE")}});
  const Shape shape = {1, make.between(1, 40)};
  const Tensor a = make.input_16(shape);
  Tensor b = make.input_16(shape);
  b.quantization = a.quantization;
  test.input(a);
  test.input(b);
  expect_equal_variant(test, make.activation_16({}, 0.0001f, 0.002f), kMve, {"_s16_mve"});
}

/// Sums that take 32 bits, but for one product.
TEST_P(S16, LargestSums) {
  Generator make(GetParam());
  const int depth = 4 * make.between(126, 128);
  TestNode test("FULLY_CONNECTED", {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  Tensor input = make.input_16({1, depth}), weights = make.weights({4, depth}, 1, 0);
  const auto count = static_cast<std::size_t>(depth);
  std::vector<std::int8_t> largest(4 * count, 127);
  std::fill(largest.begin() + depth, largest.begin() + 2 * depth, std::int8_t{-127});
  weights.data = make_data(largest);
  input.data = make_data(std::vector<std::int16_t>(count, make.between(0, 1) ? 32767 : -32768));
  test.input(input);
  test.input(weights);
  expect_equal(test, make.activation_16({}, 0.001f, 0.4f));
}

/// Sums that take more than 32 bits, with and without biases and factors of their own.
TEST_P(S16, FullyConnectedOfLongSums) {
  Generator make(GetParam());
  const bool per_channel = make.between(0, 1);
  const int depth = make.between(600, 1300), units = make.between(1, 9);
  TestNode test("FULLY_CONNECTED", {{"activation", make.one_of({"NONE", "RELU"})}, {"keep_num_dims", false}});
  test.input(make.input_16({make.between(1, 2), depth}));
  Tensor weights = make.weights({units, depth}, per_channel ? units : 1, 0);
  std::vector<std::int8_t> values(static_cast<std::size_t>(units * depth));
  for (std::int8_t& value : values) value = static_cast<std::int8_t>(make.between(0, 9) ? 127 : -127);
  weights.data = make_data(values);
  test.input(weights);
  if (make.between(0, 3)) test.input(make.bias_64(units));
  Tensor output = make.activation_16({}, 0.01f, 0.1f);
  output.shape = test.infer()[0].shape;
  test.output(output);
  expect_equal_lowered(test, kDsp, {"_long_s16_dsp"});
  expect_equal_lowered(test, kMve, {"_long_s16_mve"});
  expect_equal_lowered(test, kLanes, {"_long_s16_units"});
}

// Quantized channels whose weights are all zero have tiny scales, and biases that take all bits.
TEST_P(S16, ChannelsOfHugeBias) {
  Generator make(GetParam());
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input_16({1, 5, 5, 4}));
  Tensor weights = make.weights({3, 1, 1, 4}, 3, 0), bias = make.bias_64(3);
  weights.data = make_data(std::vector<std::int8_t>{0, 0, 0, 0, 0, 0, 0, 0, 1, -2, 3, 4});
  weights.quantization.scales = {1e-7f, 3e-8f, 1e-4f};
  bias.data = make_data(std::vector<std::int64_t>{std::int64_t{1} << 40, -(std::int64_t{1} << 39), 5});
  test.input(weights);
  test.input(bias);
  expect_equal(test, make.activation_16({}, 0.001f, 0.1f));
}

INSTANTIATE_TEST_SUITE_P(Random, S16, ::testing::Range(0, 200));

}  // namespace
}  // namespace thimble
