#include "quant/quantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/random.h"
#include "ops/graph_builder.h"
#include "run/executor.h"

namespace thimble {
namespace {

TEST(ChooseActivation, PixelsBetweenZeroAndOne) {
  const Quantization q = choose_activation({0.0f, 1.0f}, Type::kInt8);
  EXPECT_FLOAT_EQ(q.scales[0], 1.0f / 255.0f);
  EXPECT_EQ(q.zero_points[0], -128);
}

TEST(ChooseActivation, ZeroIsExactAndTheRangeIsCovered) {
  const Quantization q = choose_activation({-0.7f, 2.9f}, Type::kInt8);
  EXPECT_FLOAT_EQ(q.scales[0], 3.6f / 255.0f);
  EXPECT_EQ(q.zero_points[0], std::lround(-128 + 0.7 / (3.6 / 255)));
}

TEST(ChooseActivation, SixteenBitsAreSymmetric) {
  const Quantization q = choose_activation({-0.5f, 2.0f}, Type::kInt16);
  EXPECT_FLOAT_EQ(q.scales[0], 2.0f / 32767.0f);
  EXPECT_EQ(q.zero_points[0], 0);
}

TEST(ChooseActivation, ATensorOfZerosHasAScale) {
  EXPECT_GT(choose_activation({0.0f, 0.0f}, Type::kInt8).scales[0], 0.0f);
  EXPECT_GT(choose_activation({0.0f, 0.0f}, Type::kInt16).scales[0], 0.0f);
}

TEST(RangeOf, HoldsZeroAndRefusesNaN) {
  const Range range = range_of(std::vector<float>{2.0f, 3.0f});
  EXPECT_EQ(range.min, 0.0f);
  EXPECT_EQ(range.max, 3.0f);
  EXPECT_THROW(range_of(std::vector<float>{1.0f, NAN}), InputError);
}

/// A convolution whose last filter is all zero but for its bias, and a dense layer.
Graph small_network() {
  Random random(3);
  const auto values = [&](std::size_t count) {
    std::vector<float> result(count);
    for (float& value : result) value = random.uniform() * 2.0f - 1.0f;
    return result;
  };
  GraphBuilder builder;
  const TensorId input = builder.input({1, 6, 6, 2});
  std::vector<float> filter = values(4 * 9 * 2);
  std::fill(filter.begin() + 3 * 18, filter.end(), 0.0f);
  const TensorId conv = builder.node(
      "CONV_2D", {input, builder.constant({4, 3, 3, 2}, filter), builder.constant({4}, {0.1f, -0.2f, 0.3f, 0.4f})},
      {{"padding", std::string("VALID")},
       {"stride_h", std::int64_t{1}},
       {"stride_w", std::int64_t{1}},
       {"activation", std::string("RELU")}});
  const TensorId flat = builder.node("RESHAPE", {conv, builder.constant<std::int32_t>({2}, Type::kInt32, {1, 64})});
  const TensorId dense =
      builder.node("FULLY_CONNECTED", {flat, builder.constant({3, 64}, values(192)), builder.constant({3}, values(3))},
                   {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  return builder.finish({dense});
}

void fill_random(std::size_t sample, std::span<const std::span<float>> inputs) {
  Random random(sample, 9);
  for (float& value : inputs[0]) value = random.uniform() * 2.0f - 0.5f;
}

std::vector<float> floats_of(std::span<const std::uint8_t> bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// The largest difference of the float and the quantized network (with float inputs and outputs), over 20 samples.
float largest_difference(Scheme scheme) {
  const Graph graph = small_network();
  const std::vector<Range> ranges = observe(graph, 50, fill_random);
  Executor reference(prepare(graph));
  Executor quantized(prepare(quantize(graph, ranges, {.scheme = scheme, .float_io = true})));
  float largest = 0.0f;
  for (std::size_t sample = 0; sample < 20; ++sample) {
    std::vector<float> x(72);
    const std::span<float> span(x);
    fill_random(sample, std::span<const std::span<float>>(&span, 1));
    for (Executor* executor : {&reference, &quantized}) {
      std::memcpy(executor->input(0).data(), x.data(), sizeof(float) * x.size());
      executor->invoke();
    }
    const std::vector<float> want = floats_of(reference.output(0));
    const std::vector<float> got = floats_of(quantized.output(0));
    for (std::size_t i = 0; i < want.size(); ++i) largest = std::max(largest, std::fabs(got[i] - want[i]));
  }
  return largest;
}

// The outputs span about +-6: int8 steps of 0.05, and a few of them of error; int16 activations leave the weights'
// error.
TEST(Quantize, Int8IsCloseToFloat) { EXPECT_LT(largest_difference(Scheme::kInt8), 0.25f); }
TEST(Quantize, Int16x8IsCloser) { EXPECT_LT(largest_difference(Scheme::kInt16x8), 0.12f); }

TEST(Quantize, FollowsTflitesSpecification) {
  const Graph graph = small_network();
  const Graph quantized = quantize(graph, observe(graph, 50, fill_random), {});
  const Node& conv = quantized.nodes[0];
  const Tensor& input = quantized.tensor(conv.inputs[0]);
  const Tensor& weights = quantized.tensor(conv.inputs[1]);
  const Tensor& bias = quantized.tensor(conv.inputs[2]);
  EXPECT_EQ(input.type, Type::kInt8);
  EXPECT_EQ(weights.quantization.scales.size(), 4u);
  EXPECT_EQ(weights.quantization.axis, 0);
  int largest = 0;
  for (const std::int8_t value : weights.values<std::int8_t>()) largest = std::max(largest, std::abs(int{value}));
  EXPECT_EQ(largest, 127);
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_EQ(bias.quantization.scales[c], input.scale() * weights.quantization.scales[c]);
  }
  // The filter of zeros still carries its bias of 0.4.
  EXPECT_NEAR(static_cast<double>(bias.values<std::int32_t>()[3]) * double{bias.quantization.scales[3]}, 0.4, 1e-6);
  // The reshape has the parameters of its input.
  EXPECT_EQ(quantized.tensor(quantized.nodes[1].outputs[0]).quantization,
            quantized.tensor(quantized.nodes[1].inputs[0]).quantization);
}

}  // namespace
}  // namespace thimble
