#include "ops/depthwise_conv_2d/depthwise_conv_2d_fpu.h"

#include <algorithm>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_fpu_kernel.h"
#include "ops/host.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_depthwise_conv_2d_fpu_params, window, range)

namespace thimble {
namespace {

/// Values [size][channels] as [channels in fours][size][4], the last four being the last of all.
KernelConstant by_last_fours(const char* name, const float* source, std::size_t channels, std::size_t size) {
  std::vector<float> values;
  for (std::size_t c = 0; c < channels; c += 4) {
    const float* first = source + std::min(c, channels - 4);
    for (std::size_t i = 0; i < size; ++i, first += channels) values.insert(values.end(), first, first + 4);
  }
  return {name, Type::kFloat32, make_data(values)};
}

}  // namespace

std::optional<KernelCall> depthwise_conv_2d_fpu(const NodeView& node, const thimble_window& window,
                                                const FloatRange& range, const LowerOptions& options) {
  const auto channels = static_cast<std::size_t>(window.output_c);
  const auto size = static_cast<std::size_t>(window.filter_h * window.filter_w);
  if (!fpu_applies(node, options) || window.output_c != window.input_c || channels < 4 || size == 0) return {};
  const thimble_depthwise_conv_2d_fpu_params params = {window, fpu_range(range)};
  KernelCall call = kernel_call("thimble_depthwise_conv_2d_fpu", "ops/depthwise_conv_2d/depthwise_conv_2d_fpu_kernel",
                                &thimble_depthwise_conv_2d_fpu, params,
                                {in(node.input_id(0)), constant(0), constant(1), out(node.output_id(0))});
  const KernelConstant bias = fpu_bias(node, window.output_c);
  call.constants = {by_last_fours("filter", as<float>(contents(node, 1)), channels, size),
                    by_last_fours("bias", as<float>(bias.data), channels, 1)};
  return call;
}

}  // namespace thimble
