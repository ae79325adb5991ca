#include "ops/conv_2d/conv_2d_pool_dsp_kernel.h"

#include "ops/conv_2d/conv_2d_dsp.h"
#include "ops/conv_2d/conv_2d_geometry.h"
#include "ops/dsp.h"
#include "ops/host.h"

THIMBLE_PARAMS(thimble_conv_2d_pool_dsp_params, window, input_zero_point)

namespace thimble {
namespace {

std::uint32_t pair(int low, int high) {
  return (static_cast<std::uint32_t>(low) & 0xFFFF) | static_cast<std::uint32_t>(high) << 16;
}

KernelConstant packed(const ChannelWeights& weights, const KernelConstant& channels) {
  std::vector<thimble_conv_2d_pool_dsp_filter> filters;
  const auto* channel = as<thimble_dsp_channel>(channels.data);
  for (const std::vector<std::int8_t>& f : weights) {
    filters.push_back({channel->bias,
                       {pair(f[0], f[1]), pair(f[3], f[4]), pair(f[6], f[7])},
                       pair(f[2], f[5]),
                       f[8],
                       channel->multiplier,
                       channel->addend,
                       channel->shift});
    ++channel;
  }
  return {"filters", Type::kInt32, make_data(filters)};
}

}  // namespace

std::optional<KernelCall> conv_2d_pool_dsp(const NodeView& node, const NodeView& next,
                                           const thimble_conv_2d_params& params, const KernelConstant& requant,
                                           const LowerOptions& options) {
  thimble_window window = params.window;
  if (!dsp_applies(node, options) || !conv_2d_is_3x3_of_one_channel(window) || !conv_2d_is_pooled_2x2(next, window))
    return {};
  if (is_narrow(params.output_min, params.output_max)) return {};
  const ChannelWeights weights = conv_2d_weights(node);
  const std::optional<KernelConstant> channels = dsp_channels(node, weights, requant);
  if (!channels) return {};
  window.output_h = next.output(0).shape[1];
  window.output_w = next.output(0).shape[2];
  const thimble_conv_2d_pool_dsp_params dsp = {window, -params.input_offset};
  KernelCall call =
      kernel_call("thimble_conv_2d_pool_dsp", "ops/conv_2d/conv_2d_pool_dsp_kernel", &thimble_conv_2d_pool_dsp, dsp,
                  {in(node.input_id(0)), constant(0), out(next.output_id(0))});
  call.constants = {packed(weights, *channels)};
  return call;
}

}  // namespace thimble
