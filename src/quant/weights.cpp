#include "quant/weights.h"

#include <algorithm>
#include <cmath>

namespace thimble {
namespace {

std::vector<double> greatest_magnitudes(std::span<const float> values, const ChannelLayout& layout) {
  std::vector<double> result(layout.channels, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    double& most = result[layout.channel(i)];
    most = std::max(most, std::fabs(double{values[i]}));
  }
  return result;
}

struct Mean {
  double sum = 0.0;
  double count = 0.0;
  double value() const { return count > 0 ? sum / count : 0.0; }
};

std::vector<double> ternary_scales(std::span<const float> values, const ChannelLayout& layout) {
  std::vector<Mean> all(layout.channels), greater(layout.channels);
  const auto add = [&](std::vector<Mean>& means, std::size_t i) {
    Mean& mean = means[layout.channel(i)];
    mean.sum += std::fabs(double{values[i]});
    mean.count += 1;
  };
  for (std::size_t i = 0; i < values.size(); ++i) add(all, i);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::fabs(double{values[i]}) > 0.7 * all[layout.channel(i)].value()) add(greater, i);
  }
  std::vector<double> scales;
  for (const Mean& mean : greater) scales.push_back(mean.value());
  return scales;
}

}  // namespace

Type type_of(WeightForm form) { return form == WeightForm::kInt4 ? Type::kInt4 : Type::kInt8; }

std::int64_t most_of(WeightForm form) { return form == WeightForm::kInt8 ? 127 : form == WeightForm::kInt4 ? 7 : 1; }

ChannelLayout::ChannelLayout(const Shape& shape, int axis)
    : channels(static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)])) {
  for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i) {
    inner *= static_cast<std::size_t>(shape[i]);
  }
}

Quantization choose_weights(std::span<const float> values, const Shape& shape, int axis, WeightForm form,
                            const BiasOf& bias) {
  const ChannelLayout layout(shape, axis);
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
  const ChannelLayout layout(shape, quantization.axis);
  const auto bound = static_cast<double>(most);
  std::vector<std::int8_t> result;
  result.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double steps = double{values[i]} / double{quantization.scales[layout.channel(i)]};
    result.push_back(static_cast<std::int8_t>(std::llround(std::clamp(steps, -bound, bound))));
  }
  return result;
}

}  // namespace thimble
