#include "ops/depthwise_conv_2d/depthwise_conv_2d_avr.h"

#include "ops/avr.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_avr_kernel.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_depthwise_conv_2d_avr_params, window, input_zero_point, output_offset, output_min, output_max)

namespace thimble {

std::optional<KernelCall> depthwise_conv_2d_avr(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                                const KernelConstant& requant, const LowerOptions& options) {
  const thimble_window& w = params.window;
  if (!avr_applies(node, options) || w.output_c == 0) return {};
  const ChannelWeights weights = depthwise_conv_2d_weights(node);
  const std::optional<KernelConstant> channels = avr_channels(node, weights, requant);
  if (!channels) return {};
  const thimble_depthwise_conv_2d_avr_params avr = {w, -params.input_offset, params.output_offset, params.output_min,
                                                    params.output_max};
  KernelCall call = kernel_call(
      "thimble_depthwise_conv_2d_avr", "ops/depthwise_conv_2d/depthwise_conv_2d_avr_kernel",
      &thimble_depthwise_conv_2d_avr, avr,
      {in(node.input_id(0)), in_far_flash(constant(0)), in_flash(constant(1)), scratch(), out(node.output_id(0))});
  call.constants = {avr_rows(weights), *channels};
  call.scratch_bytes = static_cast<std::size_t>(w.filter_h * w.filter_w * w.input_c);
  return call;
}

}  // namespace thimble
