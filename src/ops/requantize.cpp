#include "ops/requantize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace thimble {

thimble_requant quantize_multiplier(double factor) {
  if (factor == 0.0) return {0, 0};
  require(std::isfinite(factor), "a factor between scales of {} is too large", factor);
  int shift = 0;
  const double fraction = std::frexp(factor, &shift);
  auto fixed = static_cast<std::int64_t>(std::round(fraction * static_cast<double>(std::int64_t{1} << 31)));
  if (fixed == std::int64_t{1} << 31) {
    fixed /= 2;
    ++shift;
  }
  if (shift < -31) return {0, 0};
  require(shift <= 30, "a factor between scales of {} is too large", factor);
  return {static_cast<std::int32_t>(fixed), shift};
}

namespace {

void require_scales(const Tensor& input, const Tensor& weights, const Tensor& output) {
  require(input.quantization.present() && weights.quantization.present() && output.quantization.present(),
          "'{}', '{}' or '{}' lacks its scale", input.name, weights.name, output.name);
}

/// thimble_multiply_64 takes no larger shift.
void require_shift(const Tensor& input, const thimble_requant& requant) {
  require(input.type != Type::kInt16 || requant.shift <= 7, "the scale of '{}' is too large", input.name);
}

}  // namespace

KernelConstant channel_requants(const Tensor& input, const Tensor& weights, const Tensor& output, int channels) {
  require_scales(input, weights, output);
  const std::vector<float>& scales = weights.quantization.scales;
  require(scales.size() == 1 || scales.size() == static_cast<std::size_t>(channels),
          "'{}' has {} scales for {} channels", weights.name, scales.size(), channels);
  std::vector<std::int32_t> pairs;
  for (int c = 0; c < channels; ++c) {
    const float scale = scales.size() == 1 ? scales[0] : scales[static_cast<std::size_t>(c)];
    const thimble_requant requant = quantize_multiplier(double{input.scale()} * double{scale} / double{output.scale()});
    require_shift(input, requant);
    pairs.push_back(requant.multiplier);
    pairs.push_back(requant.shift);
  }
  return {"requant", Type::kInt32, make_data(pairs)};
}

thimble_requant tensor_factor(const Tensor& input, const Tensor& weights, const Tensor& output) {
  require_scales(input, weights, output);
  const thimble_requant requant = quantize_multiplier(double{input.scale() * weights.scale()} / double{output.scale()});
  require_shift(input, requant);
  return requant;
}

KernelConstant tensor_requant(const Tensor& input, const Tensor& weights, const Tensor& output) {
  const thimble_requant requant = tensor_factor(input, weights, output);
  return {"requant", Type::kInt32, make_data(std::vector<std::int32_t>{requant.multiplier, requant.shift})};
}

IntRange activation_range(const std::string& activation, const Tensor& output) {
  const int lowest = static_cast<int>(min_of(output.type));
  const int highest = static_cast<int>(max_of(output.type));
  const auto quantized = [&](float value) {
    return output.zero_point() + static_cast<int>(std::clamp(std::round(value / output.scale()), -1e9f, 1e9f));
  };
  if (activation == "NONE") return {lowest, highest};
  require(output.quantization.present(), "'{}' lacks its scale", output.name);
  if (activation == "RELU") return {std::max(lowest, quantized(0.0f)), highest};
  if (activation == "RELU6") return {std::max(lowest, quantized(0.0f)), std::min(highest, quantized(6.0f))};
  if (activation == "RELU_N1_TO_1") return {std::max(lowest, quantized(-1.0f)), std::min(highest, quantized(1.0f))};
  input_error("fused activation {} is not supported", activation);
}

FloatRange activation_range(const std::string& activation) {
  const float highest = std::numeric_limits<float>::max();
  if (activation == "NONE") return {-highest, highest};
  if (activation == "RELU") return {0.0f, highest};
  if (activation == "RELU6") return {0.0f, 6.0f};
  if (activation == "RELU_N1_TO_1") return {-1.0f, 1.0f};
  input_error("fused activation {} is not supported", activation);
}

}  // namespace thimble
