// The kernels for Armv8.1-M's vector instructions against the portable ones, bit for bit. Here both are plain C; on a
// board the first are assembly (src/deploy/deploy_test.cpp).
#include "ops/mve.h"

#include "ops/variant_testing.h"

namespace thimble {
namespace {

constexpr LowerOptions kMve = {.features = {.dsp = true, .mve = true}};

void expect_equal(TestNode& test, const Tensor& output_like) {
  expect_equal_variant(test, output_like, kMve, {"_mve"});
}

class Mve : public ::testing::TestWithParam<int> {};

TEST_P(Mve, Conv2D) {
  Generator make(GetParam());
  const int filter_h = make.between(1, 3), filter_w = make.between(1, 3);
  const int depth = make.between(0, 1) ? 16 * make.between(1, 4) : make.between(1, 20);
  const int channels = make.between(1, 20);
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input({make.between(1, 2), make.between(5, 9), make.between(5, 12), depth}));
  test.input(make.weights({channels, filter_h, filter_w, depth}, channels, 0));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Mve, FullyConnected) {
  Generator make(GetParam());
  const bool per_channel = make.between(0, 1);
  const int depth = make.between(0, 4) ? make.between(1, 100) : make.between(600, 1400), units = make.between(1, 20);
  TestNode test("FULLY_CONNECTED",
                {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}, {"keep_num_dims", false}});
  test.input(make.input({make.between(1, 3), depth}));
  test.input(make.weights({units, depth}, per_channel ? units : 1, 0));
  if (make.between(0, 3)) test.input(make.bias(units));
  expect_equal(test, make.activation({}, 0.02f, 0.4f));
}

TEST_P(Mve, DepthwiseConv2D) {
  Generator make(GetParam());
  const bool usual = make.between(0, 1);
  const int filter_h = usual ? 3 : make.between(1, 4), filter_w = usual ? 3 : make.between(1, 4);
  const int channels = make.between(0, 9) ? make.between(1, 40) : make.between(100, 200);
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  attributes.set("dilation_h", std::int64_t{1});
  attributes.set("dilation_w", std::int64_t{1});
  if (make.between(0, 1)) attributes.set("stride_h", std::int64_t{1}), attributes.set("stride_w", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input({make.between(1, 2), make.between(4, 9), make.between(4, 13), channels}));
  test.input(make.weights({1, filter_h, filter_w, channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Mve, DepthwiseConv2DOfOneColumn) {
  Generator make(GetParam());
  const int channels = make.between(1, 40), taps = make.between(1, 16);
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input({make.between(1, 2), make.between(18, 30), 1, channels}));
  test.input(make.weights({1, taps, 1, channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Mve, Add) {
  Generator make(GetParam());
  TestNode test("ADD", {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}});
  const Shape shape = {1, make.between(1, 3), make.between(1, 40)};
  Tensor a = make.input(shape), b = make.input(shape);
  if (make.between(0, 3) == 0) b.quantization.scales = a.quantization.scales;
  test.input(a);
  test.input(b);
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

// Quantized channels whose weights are all zero have tiny scales, and biases that take all bits.
TEST_P(Mve, ChannelsOfHugeBias) {
  Generator make(GetParam());
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input({1, 5, 5, 4}));
  Tensor weights = make.weights({3, 1, 1, 4}, 3, 0), bias = make.bias(3);
  weights.quantization.scales = {1e-7f, 1e-8f, 1e-9f};
  bias.data = make_data(std::vector<std::int32_t>{INT32_MAX, INT32_MIN, INT32_MAX - 1000});
  test.input(weights);
  test.input(bias);
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

// Every sum near zero, where ties are: with a factor of 2^-k all of them are met.
TEST(MveRounding, IsTflitesForEverySumAndTie) {
  for (const int exact : {0, 1}) {
    for (int shift = -8; shift < 0; ++shift) {
      for (const std::int32_t multiplier : {1 << 30, (1 << 30) + 1, 0x5A827999, INT32_MAX}) {
        for (std::int32_t sum = -5000; sum <= 5000; ++sum) {
          for (const int zero_point : {-128, -3, 127}) {
            const int low = exact ? -128 : zero_point;
            const std::int32_t expected = thimble_multiply(sum, multiplier, shift) + zero_point;
            const int got = thimble_mve_requantize(sum, multiplier, shift, exact, zero_point);
            ASSERT_EQ(thimble_clamp(got, low, 127), thimble_clamp(expected, low, 127)) << sum << " " << multiplier;
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Mve, ::testing::Range(0, 200));

}  // namespace
}  // namespace thimble
