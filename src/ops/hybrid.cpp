#include "ops/hybrid.h"

#include <algorithm>
#include <numeric>

#include "ops/host.h"

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

std::optional<HybridRows> hybrid_rows(const NodeView& node, const LowerOptions& options) {
  const Tensor& tensor = node.input(1);
  if (!options.features.dsp || tensor.type != Type::kInt8 || !constant_from(node, 1) || tensor.elements() == 0)
    return {};
  const auto data = contents(node, 1);
  const std::ptrdiff_t size = tensor.elements() / tensor.shape[0];
  ChannelWeights rows;
  std::vector<std::int32_t> sums;
  for (int c = 0; c < tensor.shape[0]; ++c) {
    const std::int8_t* row = as<std::int8_t>(data) + c * size;
    rows.emplace_back(row, row + size);
    sums.push_back(std::accumulate(row, row + size, 0));
  }
  return HybridRows{dsp_rows(rows), {"sums", Type::kInt32, make_data(sums)}};
}

bool scales_differ(const Tensor& weights) {
  const std::vector<float>& scales = weights.quantization.scales;
  return std::any_of(scales.begin(), scales.end(), [&](float scale) { return scale != scales[0]; });
}

}  // namespace thimble
