#include "quant/weights.h"

#include <algorithm>
#include <cmath>

namespace thimble {
namespace {

std::vector<double> greatest_magnitudes(std::span<const float> values, const WeightLayout& layout) {
  std::vector<float> result(layout.channels, 0.0F);
  layout.for_runs(values.size(), [&](std::size_t channel, std::size_t first, std::size_t end) {
    float most = result[channel];
    for (std::size_t i = first; i < end; ++i) most = std::max(most, std::fabs(values[i]));
    result[channel] = most;
  });
  return {result.begin(), result.end()};
}

/// The mean magnitude of each channel's values above `least` of it.
std::vector<double> mean_magnitudes(std::span<const float> values, const WeightLayout& layout,
                                    const std::vector<double>& least) {
  std::vector<double> sums(layout.channels, 0.0), counts(layout.channels, 0.0);
  layout.for_runs(values.size(), [&](std::size_t channel, std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i) {
      const double size = std::fabs(double{values[i]});
      if (size <= least[channel]) continue;
      sums[channel] += size;
      counts[channel] += 1;
    }
  });
  for (std::size_t c = 0; c < sums.size(); ++c) sums[c] = counts[c] > 0 ? sums[c] / counts[c] : 0.0;
  return sums;
}

std::vector<double> ternary_scales(std::span<const float> values, const WeightLayout& layout) {
  std::vector<double> least = mean_magnitudes(values, layout, std::vector<double>(layout.channels, -1.0));
  for (double& mean : least) mean *= 0.7;
  return mean_magnitudes(values, layout, least);
}

}  // namespace

Type type_of(WeightForm form) { return form == WeightForm::kInt4 ? Type::kInt4 : Type::kInt8; }

std::int64_t most_of(WeightForm form) { return form == WeightForm::kInt8 ? 127 : form == WeightForm::kInt4 ? 7 : 1; }

WeightLayout::WeightLayout(const Shape& shape, int axis)
    : channels(static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)])) {
  for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i) {
    inner *= static_cast<std::size_t>(shape[i]);
  }
}

Quantization choose_weights(std::span<const float> values, const Shape& shape, int axis, WeightForm form,
                            const BiasOf& bias) {
  const WeightLayout layout(shape, axis);
  const std::vector<double> sizes =
      form == WeightForm::kTernary ? ternary_scales(values, layout) : greatest_magnitudes(values, layout);
  const double steps = form == WeightForm::kTernary ? 1.0 : static_cast<double>(most_of(form));
  Quantization result;
  result.axis = axis;
  for (std::size_t c = 0; c < layout.channels; ++c) {
    const double for_bias =
        bias.values.empty() ? 0.0 : std::fabs(double{bias.values[c]}) / (double{bias.input_scale} * (1 << 30));
    const double scale = std::max(sizes[c] / steps, for_bias);
    result.scales.push_back(scale > 0.0 ? static_cast<float>(scale) : 1.0F);
    result.zero_points.push_back(0);
  }
  return result;
}

std::vector<std::int8_t> to_integers(std::span<const float> values, const Shape& shape,
                                     const Quantization& quantization, std::int64_t most) {
  const WeightLayout layout(shape, quantization.axis);
  const auto bound = static_cast<double>(most);
  std::vector<std::int8_t> result(values.size());
  layout.for_runs(values.size(), [&](std::size_t channel, std::size_t first, std::size_t end) {
    const double scale = double{quantization.scales[channel]};
    for (std::size_t i = first; i < end; ++i) {
      result[i] = static_cast<std::int8_t>(std::llround(std::clamp(double{values[i]} / scale, -bound, bound)));
    }
  });
  return result;
}

}  // namespace thimble
