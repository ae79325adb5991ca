#include "quant/float_weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "ops/graph_builder.h"
#include "run/executor.h"

namespace thimble {
namespace {

/// Sign, 5 bits of exponent with bias 15, 10 of fraction.
float from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float size = exponent == 0    ? std::ldexp(static_cast<float>(fraction), -24)
                     : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                      : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

TEST(ToHalf, KeepsEveryHalf) {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const bool is_finite = (half & 0x7C00) != 0x7C00;
    if (!is_finite) continue;
    ASSERT_EQ(to_half(from_half(static_cast<std::uint16_t>(half))), half);
  }
}

TEST(ToHalf, TakesTheNearestAndOfTwoTheEven) {
  for (std::uint16_t half = 0; half < 0x7BFF; ++half) {
    const float low = from_half(half), high = from_half(static_cast<std::uint16_t>(half + 1));
    const float middle = 0.5F * (low + high);
    const std::uint16_t even = half % 2 == 0 ? half : static_cast<std::uint16_t>(half + 1);
    ASSERT_EQ(to_half(middle), even);
    ASSERT_EQ(to_half(std::nextafter(middle, low)), half);
    ASSERT_EQ(to_half(std::nextafter(-middle, -high)), 0x8000 | (half + 1));
  }
}

TEST(ToHalf, HasAGreatestAndNoNumberForNaN) {
  EXPECT_EQ(from_half(to_half(1e9F)), 65504.0F);
  EXPECT_EQ(from_half(to_half(-INFINITY)), -65504.0F);
  EXPECT_TRUE(std::isnan(from_half(to_half(NAN))));
}

/// A dense layer of 64 x 16 weights and one of 16 x 3.
Graph dense_network() {
  Random random(3);
  const auto values = [&](std::size_t count) {
    std::vector<float> result(count);
    for (float& value : result) value = random.uniform() * 2.0F - 1.0F;
    return result;
  };
  GraphBuilder builder;
  const auto dense = [&](TensorId x, int units) {
    const int depth = builder.shape(x)[1];
    return builder.node("FULLY_CONNECTED",
                        {x, builder.constant({units, depth}, values(static_cast<std::size_t>(units * depth))),
                         builder.constant({units}, values(static_cast<std::size_t>(units)))},
                        {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  };
  return builder.finish({dense(dense(builder.input({1, 64}), 16), 3)});
}

std::vector<float> outputs_of(Graph graph) {
  Executor executor(prepare(std::move(graph)));
  Random random(5);
  std::span<float> input(reinterpret_cast<float*>(executor.input(0).data()), 64);
  for (float& value : input) value = random.uniform();
  executor.invoke();
  const auto* first = reinterpret_cast<const float*>(executor.output(0).data());
  return {first, first + 3};
}

float largest_difference(const Graph& a, const Graph& b) {
  const std::vector<float> x = outputs_of(a), y = outputs_of(b);
  float largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) largest = std::max(largest, std::fabs(x[i] - y[i]));
  return largest;
}

TEST(DynamicRange, LargeWeightsAreEightBitsAndSmallOnesStay) {
  Graph graph = dense_network();
  quantize_dynamic_range(graph);
  const Tensor& large = graph.tensor(graph.nodes[0].inputs[1]);
  EXPECT_EQ(large.type, Type::kInt8);
  EXPECT_EQ(large.quantization.scales.size(), 16U);
  EXPECT_TRUE(graph.nodes[0].attributes.flag("asymmetric_quantize_inputs"));
  EXPECT_EQ(graph.tensor(graph.nodes[1].inputs[1]).type, Type::kFloat32);
  const float difference = largest_difference(graph, dense_network());  // the outputs span about +-8
  EXPECT_GT(difference, 0.0F);
  EXPECT_LT(difference, 0.15F);
}

TEST(Float16, ConstantsAreHalvesAndTheRestStays) {
  Graph graph = dense_network();
  quantize_float16(graph);
  EXPECT_EQ(graph.nodes.size(), 6U);
  for (const Tensor& tensor : graph.tensors) EXPECT_TRUE(!tensor.constant() || tensor.type == Type::kFloat16);
  const float difference = largest_difference(graph, dense_network());
  EXPECT_GT(difference, 0.0F);
  EXPECT_LT(difference, 0.01F);
}

}  // namespace
}  // namespace thimble
