// Random small int8 networks with channels that are constant, equal or never read: fewer channels, the same bits.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "ir/verify.h"
#include "ops/graph_builder.h"
#include "passes/passes.h"
#include "passes/passes_testing.h"

namespace thimble {
namespace {

class SparseNetwork {
 public:
  explicit SparseNetwork(std::uint64_t seed) : random_(seed) {}

  Graph make() {
    TensorId x = quantized(builder_.input({1, between(3, 7), between(3, 7), between(2, 4)}, Type::kInt8));
    const int layers = between(2, 5);
    for (int i = 0; i < layers; ++i) x = layer(x);
    return builder_.finish({end(x)});
  }

 private:
  int between(int low, int high) {
    return low + static_cast<int>(random_.below(static_cast<std::uint32_t>(high - low + 1)));
  }
  bool one_in(int n) { return between(1, n) == 1; }

  TensorId quantized(TensorId id) {
    builder_.quantize(id, 0.05F, one_in(2) ? -128 : between(-20, 20));
    return id;
  }

  /// Of `channels` filters with `size` weights each, some are zero, some equal, some seldom different from zero. As
  /// [channel][weight], or, `inner`, [weight][channel].
  std::vector<TensorId> weights(Shape shape, int channels, int axis) {
    const int size = static_cast<int>(element_count(shape)) / channels;
    std::vector<std::vector<int>> filters;
    std::vector<std::int32_t> bias;
    std::vector<float> scales;
    for (int c = 0; c < channels; ++c) {
      const int kind = between(0, 4);
      if (kind == 0 && c > 0) {
        filters.push_back(filters.back());
        bias.push_back(bias.back());
        scales.push_back(scales.back());
        continue;
      }
      filters.emplace_back();
      for (int i = 0; i < size; ++i) {
        filters.back().push_back(kind == 1 || (kind == 2 && !one_in(4)) ? 0 : between(-60, 60));
      }
      bias.push_back(one_in(4) ? between(-200000, 200000) : between(-3000, 3000));
      scales.push_back(kind == 1 && one_in(2) ? 1e-9F : 0.001F * static_cast<float>(between(1, 9)));
    }
    std::vector<std::int8_t> values;
    for (int c = 0; axis == 0 && c < channels; ++c) {
      for (int i = 0; i < size; ++i) values.push_back(static_cast<std::int8_t>(filters[index(c)][index(i)]));
    }
    for (int i = 0; axis != 0 && i < size; ++i) {
      for (int c = 0; c < channels; ++c) values.push_back(static_cast<std::int8_t>(filters[index(c)][index(i)]));
    }
    const Quantization quantization{scales, std::vector<std::int64_t>(scales.size(), 0), axis};
    return {builder_.constant(std::move(shape), Type::kInt8, values, quantization),
            one_in(8) ? kNoTensor : builder_.constant({channels}, Type::kInt32, bias)};
  }
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  Attributes window() {
    return {{"padding", std::string(one_in(3) ? "VALID" : "SAME")},
            {"stride_h", std::int64_t{between(1, 2)}},
            {"stride_w", std::int64_t{between(1, 2)}},
            {"dilation_h", std::int64_t{1}},
            {"dilation_w", std::int64_t{1}},
            {"activation", std::string(one_in(3)   ? "NONE"
                                       : one_in(4) ? "RELU6"
                                                   : "RELU")}};
  }

  TensorId convolution(TensorId x, int channels, int size, Attributes attributes) {
    const std::vector<TensorId> w = weights({channels, size, size, builder_.shape(x)[3]}, channels, 0);
    return quantized(builder_.node("CONV_2D", {x, w[0], w[1]}, std::move(attributes)));
  }

  TensorId residual(TensorId x) {
    Attributes attributes = window();
    for (const char* name : {"stride_h", "stride_w"}) attributes.set(name, std::int64_t{1});
    attributes.set("padding", std::string("SAME"));
    const TensorId y = convolution(x, builder_.shape(x)[3], between(1, 3), attributes);
    return quantized(builder_.node("ADD", {x, y}, {{"activation", std::string(one_in(2) ? "NONE" : "RELU")}}));
  }

  TensorId layer(TensorId x) {
    const Shape image = builder_.shape(x);
    const int size = std::min({between(1, 3), image[1], image[2]});
    switch (between(0, 4)) {
      case 0: {
        Attributes attributes = window();
        attributes.set("depth_multiplier", std::int64_t{1});
        const std::vector<TensorId> w = weights({1, size, size, image[3]}, image[3], 3);
        return quantized(builder_.node("DEPTHWISE_CONV_2D", {x, w[0], w[1]}, attributes));
      }
      case 1:
        return residual(x);
      case 2: {
        Attributes attributes = window();
        attributes.set("filter_h", std::int64_t{size});
        attributes.set("filter_w", std::int64_t{size});
        const TensorId y = builder_.node(one_in(2) ? "MAX_POOL_2D" : "AVERAGE_POOL_2D", {x}, std::move(attributes));
        builder_.quantize(y, 0.05F, builder_.zero_point(x));
        return y;
      }
      default:
        return convolution(x, between(2, 8), size, window());
    }
  }

  TensorId dense(TensorId x, int units) {
    const std::vector<TensorId> w = weights({units, static_cast<int>(element_count(builder_.shape(x)))}, units, 0);
    return quantized(
        builder_.node("FULLY_CONNECTED", {x, w[0], w[1]},
                      {{"activation", std::string(one_in(2) ? "NONE" : "RELU")}, {"keep_num_dims", false}}));
  }

  TensorId end(TensorId x) {
    const int kind = between(0, 3);
    if (kind == 0) return x;
    if (kind == 1) {
      const TensorId axes = builder_.constant<std::int32_t>({2}, Type::kInt32, {1, 2});
      const TensorId mean = quantized(builder_.node("MEAN", {x, axes}, {{"keep_dims", one_in(2)}}));
      return dense(mean, 4);
    }
    const int depth = static_cast<int>(element_count(builder_.shape(x)));
    const TensorId shape = builder_.constant<std::int32_t>({2}, Type::kInt32, {1, depth});
    const TensorId flat = builder_.node("RESHAPE", {x, shape});
    builder_.quantize(flat, 0.05F, builder_.zero_point(x));
    return dense(dense(flat, between(2, 9)), 5);
  }

  Random random_;
  GraphBuilder builder_;
};

std::size_t constant_bytes(const Graph& graph) {
  std::size_t bytes = 0;
  for (const Tensor& tensor : graph.tensors) bytes += tensor.constant() ? tensor.bytes() : 0;
  return bytes;
}

TEST(FoldConstantChannels, KeepsEveryBit) {
  int smaller = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    const Graph before = SparseNetwork(seed).make();
    Graph after = before;
    fold_constant_channels(after, {});
    verify(after, "fold_constant_channels");
    smaller += constant_bytes(after) < constant_bytes(before) ? 1 : 0;
    Random random(seed);
    Bytes input(before.tensor(before.inputs[0]).bytes());
    for (int i = 0; i < 4; ++i) {
      for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(random.below(256));
      if (i == 1) std::ranges::fill(input, std::uint8_t{0x80});
      if (i == 2) std::ranges::fill(input, std::uint8_t{0x7F});
      ASSERT_EQ(compute(after, input), compute(before, input));
    }
  }
  EXPECT_GT(smaller, 400);
}

/// conv -> depthwise -> conv, of which one channel of the first has no weights and this bias.
Graph with_constant_channel(std::int32_t bias, const char* padding) {
  GraphBuilder builder;
  const Quantization plain{{0.05F}, {-128}, 0};
  const TensorId input = builder.input({1, 4, 4, 2}, Type::kInt8, plain);
  const auto window = [&](const char* kind) -> Attributes {
    return {{"padding", std::string(kind)},     {"stride_h", std::int64_t{1}},   {"stride_w", std::int64_t{1}},
            {"dilation_h", std::int64_t{1}},    {"dilation_w", std::int64_t{1}}, {"depth_multiplier", std::int64_t{1}},
            {"activation", std::string("RELU")}};
  };
  const auto weights = [&](Shape shape, int axis, std::vector<std::int8_t> values) {
    const auto channels = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
    return builder.constant(std::move(shape), Type::kInt8, values,
                            {std::vector<float>(channels, 0.01F), std::vector<std::int64_t>(channels, 0), axis});
  };
  TensorId x = builder.node("CONV_2D",
                            {input, weights({3, 1, 1, 2}, 0, {9, -7, 0, 0, 20, 30}),
                             builder.constant<std::int32_t>({3}, Type::kInt32, {50, bias, -70})},
                            window("VALID"));
  builder.quantize(x, 0.05F, -128);
  std::vector<std::int8_t> taps(27);
  for (std::size_t i = 0; i < taps.size(); ++i) taps[i] = static_cast<std::int8_t>(i * 7 % 31);
  x = builder.node("DEPTHWISE_CONV_2D", {x, weights({1, 3, 3, 3}, 3, taps)}, window(padding));
  builder.quantize(x, 0.1F, -128);
  x = builder.node("CONV_2D", {x, weights({2, 1, 1, 3}, 0, {11, 22, -33, 5, 6, 7})}, window("VALID"));
  builder.quantize(x, 0.1F, -128);
  return builder.finish({x});
}

int channels_left(Graph graph) {
  fold_constant_channels(graph, {});
  return graph.tensor(graph.nodes[0].outputs[0]).shape.back();
}

TEST(FoldConstantChannels, KnowsWherePaddingDiffers) {
  EXPECT_EQ(channels_left(with_constant_channel(-500, "SAME")), 2);   // cut off: the zero point, as the padding
  EXPECT_EQ(channels_left(with_constant_channel(5000, "SAME")), 3);   // less at the border than inside
  EXPECT_EQ(channels_left(with_constant_channel(5000, "VALID")), 2);  // there is no border
}

}  // namespace
}  // namespace thimble
