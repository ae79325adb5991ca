#include "ops/fpu.h"

#include <limits>

#include "kernel/conv_fpu.h"
#include "ops/host.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_conv_fpu_params, window, range)

namespace thimble {
namespace {

/// Filters [channels][size] as [channels in fours][size][4], filled up with zeros.
KernelConstant by_fours(const float* filters, std::size_t channels, std::size_t size) {
  std::vector<float> values;
  for (std::size_t first = 0; first < channels; first += 4) {
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t c = first; c < first + 4; ++c) values.push_back(c < channels ? filters[c * size + i] : 0.0f);
    }
  }
  return {"filter", Type::kFloat32, make_data(values)};
}

}  // namespace

bool fpu_applies(const NodeView& node, const LowerOptions& options) {
  return options.features.fpu && node.input(0).type == Type::kFloat32 && node.input(1).type == Type::kFloat32 &&
         constant_from(node, 1);
}

thimble_fpu_range fpu_range(const FloatRange& range) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  const bool is_any = range.min == -kLargest && range.max == kLargest;
  const bool is_positive = range.min == 0.0f && range.max == kLargest;
  return {is_positive ? 1 : 0, is_any || is_positive ? 0 : 1, range.min, range.max};
}

KernelConstant fpu_bias(const NodeView& node, int channels) {
  const auto bias = contents(node, 2);
  std::vector<float> values(static_cast<std::size_t>((channels + 3) / 4 * 4));
  if (bias) std::copy_n(as<float>(bias), channels, values.begin());
  return {"bias", Type::kFloat32, make_data(values)};
}

std::optional<KernelCall> conv_fpu(const NodeView& node, const thimble_window& window, const FloatRange& range,
                                   const LowerOptions& options) {
  const auto channels = static_cast<std::size_t>(window.output_c);
  const auto size = static_cast<std::size_t>(window.filter_h * window.filter_w * window.input_c);
  if (!fpu_applies(node, options) || window.dilation_w != 1 || channels * size == 0) return {};
  const thimble_conv_fpu_params params = {window, fpu_range(range)};
  KernelCall call = kernel_call("thimble_conv_fpu", "kernel/conv_fpu", &thimble_conv_fpu, params,
                                {in(node.input_id(0)), constant(0), constant(1), out(node.output_id(0))});
  call.constants = {by_fours(as<float>(contents(node, 1)), channels, size), fpu_bias(node, window.output_c)};
  return call;
}

}  // namespace thimble
