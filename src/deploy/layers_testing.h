// Networks of made-up layers, for tests that run them on emulated boards.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "ops/graph_builder.h"

namespace thimble {

/// Adds layers with made-up weights, each to the one before: of int8; of float; or of int16, or of float (hybrid), with
/// weights of int8.
class Layers {
 public:
  /// Weights are from -most_weight to most_weight.
  Layers(int seed, Shape input, int most_weight = 127, Type type = Type::kInt8, bool hybrid = false)
      : random_(static_cast<std::uint64_t>(seed)), most_weight_(most_weight), type_(type), hybrid_(hybrid) {
    last_ = builder_.input(std::move(input), type_, {});
    quantize(0.05f, -7);
  }

  void convolve(const std::string& op, Shape filter, std::int64_t stride, const std::string& padding,
                const std::string& activation = "RELU") {
    const int channels = op == "CONV_2D" ? filter[0] : filter[3];
    add(op, {last_, weights(filter), bias(channels)},
        {{"padding", padding},
         {"stride_h", stride},
         {"stride_w", stride},
         {"depth_multiplier", std::int64_t{1}},
         {"activation", activation}});
  }
  void pool(const std::string& op, std::int64_t size) {
    last_ = builder_.node(op, {last_},
                          {{"padding", std::string("VALID")},
                           {"filter_h", size},
                           {"filter_w", size},
                           {"stride_h", size},
                           {"stride_w", size},
                           {"activation", std::string("NONE")}});
    quantize(kScale, zero_point_);
  }
  void pad(const std::vector<std::int32_t>& borders) {
    const TensorId paddings = builder_.constant<std::int32_t>(
        {4, 2}, Type::kInt32, {0, 0, borders[0], borders[1], borders[2], borders[3], 0, 0});
    last_ = builder_.node("PAD", {last_, paddings});
    quantize(scale_, zero_point_);
  }
  void add_to(TensorId other) { add("ADD", {last_, other}, {{"activation", std::string("NONE")}}); }
  void connect(int units, int depth) {
    add("FULLY_CONNECTED", {last_, weights({units, depth}), bias(units)},
        {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  }

  TensorId last() const { return last_; }
  Graph finish() { return builder_.finish({last_}); }

 private:
  void add(const std::string& op, const std::vector<TensorId>& inputs, const Attributes& attributes) {
    last_ = builder_.node(op, inputs, attributes);
    quantize(kScale, attributes.text("activation") == "RELU" ? -128 : static_cast<int>(random_.below(40)) - 20);
  }
  /// For int16 the same range, around 0.
  void quantize(float scale, int zero_point) {
    scale_ = scale, zero_point_ = zero_point;
    if (type_ == Type::kInt8) builder_.quantize(last_, scale, zero_point);
    if (type_ == Type::kInt16) builder_.quantize(last_, scale / 256, 0);
  }
  TensorId weights(const Shape& shape) {
    const auto elements = static_cast<std::size_t>(element_count(shape));
    if (type_ == Type::kFloat32 && !hybrid_) return builder_.constant(shape, floats(elements));
    std::vector<std::int8_t> values(elements);
    const auto count = static_cast<std::uint32_t>(2 * most_weight_ + 1);
    for (std::int8_t& value : values) {
      value = static_cast<std::int8_t>(static_cast<int>(random_.below(count)) - most_weight_);
    }
    const float scale = 0.508f / static_cast<float>(most_weight_);
    if (!hybrid_) return builder_.constant(shape, Type::kInt8, values, {{scale}, {0}, 0});
    const int axis = shape[0] == 1 ? static_cast<int>(shape.size()) - 1 : 0;  // depthwise: the last
    Quantization channels{{}, {}, axis};
    for (int c = 0; c < shape[static_cast<std::size_t>(axis)]; ++c) {
      channels.scales.push_back(scale * (1.0f + random_.uniform()));
      channels.zero_points.push_back(0);
    }
    return builder_.constant(shape, Type::kInt8, values, channels);
  }
  TensorId bias(int channels) {
    if (type_ == Type::kFloat32) return builder_.constant({channels}, floats(static_cast<std::size_t>(channels)));
    std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
    for (std::int32_t& value : values) value = static_cast<std::int32_t>(random_.below(2000)) - 1000;
    if (type_ == Type::kInt8) return builder_.constant({channels}, Type::kInt32, values, {{0.0002f}, {0}, 0});
    std::vector<std::int64_t> wide(values.begin(), values.end());
    for (std::int64_t& value : wide) value *= 256;
    return builder_.constant({channels}, Type::kInt64, wide, {{0.0002f / 256}, {0}, 0});
  }
  std::vector<float> floats(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = random_.uniform() - 0.5f;
    return values;
  }

  static constexpr float kScale = 0.07f;
  Random random_;
  int most_weight_;
  Type type_;
  bool hybrid_;
  GraphBuilder builder_;
  TensorId last_;
  float scale_ = 0.05f;
  int zero_point_ = -7;
};

}  // namespace thimble
