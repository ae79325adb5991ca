#include "ops/hybrid.h"

#include <algorithm>

namespace thimble {

bool is_hybrid(const Tensor& input, const Tensor& weights) {
  return input.type == Type::kFloat32 && weights.type != Type::kFloat32;
}

KernelConstant weight_scales(const Tensor& weights, int channels) {
  const Quantization& quantization = weights.quantization;
  require(quantization.present(), "'{}' lacks its scale", weights.name);
  require(!quantization.per_channel() || quantization.scales.size() == static_cast<std::size_t>(channels),
          "'{}' has {} scales for {} channels", weights.name, quantization.scales.size(), channels);
  for (const std::int64_t zero_point : quantization.zero_points) {
    require(zero_point == 0, "'{}' has zero point {}, expected 0", weights.name, zero_point);
  }
  std::vector<float> scales = quantization.scales;
  scales.resize(static_cast<std::size_t>(channels), scales[0]);
  return {"scales", Type::kFloat32, make_data(scales)};
}

bool scales_differ(const Tensor& weights) {
  const std::vector<float>& scales = weights.quantization.scales;
  return std::any_of(scales.begin(), scales.end(), [&](float scale) { return scale != scales[0]; });
}

}  // namespace thimble
