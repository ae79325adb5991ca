#include "ops/depthwise_conv_2d/depthwise_conv_2d_s16_dsp_kernel.h"

#include <algorithm>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp.h"
#include "ops/dsp16.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_depthwise_conv_2d_s16_dsp_params, window, step_3x3, pairs, row_pairs, positive, output_min,
               output_max)

#define DSP_KERNEL(function) #function, "ops/depthwise_conv_2d/depthwise_conv_2d_s16_dsp_kernel", &function

namespace thimble {
namespace {

/// The elements of a copied row: what the windows of a row of outputs read, and what the input's pixels fill.
int row_elements(const thimble_window& w, bool overlapping, int pairs) {
  const int read = overlapping ? (w.output_w + 1) / 2 * 2 + 2 : (w.output_w - 1) * w.stride_w + 2 * pairs;
  return std::max(read, w.pad_left + w.input_w);
}

}  // namespace

std::optional<KernelCall> depthwise_conv_2d_s16_dsp(const NodeView& node,
                                                    const thimble_depthwise_conv_2d_params& params,
                                                    const KernelConstant& requant, const LowerOptions& options) {
  const thimble_window& w = params.window;
  if (!dsp16_applies(node, options) || w.output_c != w.input_c || w.dilation_h != 1 || w.dilation_w != 1) return {};
  const ChannelWeights weights = depthwise_conv_2d_weights(node);
  const std::optional<KernelConstant> channels = dsp16_channels(node, weights, requant);
  if (!channels) return {};
  const bool is_3x3 =
      w.filter_h == 3 && w.filter_w == 3 && w.stride_w <= 2 && !dsp16_is_narrow(params.output_min, params.output_max);
  const int step_3x3 = is_3x3 ? w.stride_w : 0;
  const int pairs = (w.filter_w + 1) / 2;
  const thimble_depthwise_conv_2d_s16_dsp_params dsp = {w,
                                                        step_3x3,
                                                        pairs,
                                                        (row_elements(w, step_3x3 == 1, pairs) + 1) / 2,
                                                        dsp16_is_positive(params.output_min),
                                                        params.output_min,
                                                        params.output_max};
  const std::vector<Operand> operands = {in(node.input_id(0)), constant(0), scratch(), out(node.output_id(0))};
  KernelCall call = step_3x3 == 0 ? kernel_call(DSP_KERNEL(thimble_depthwise_conv_2d_any_s16_dsp), dsp, operands)
                                  : kernel_call(DSP_KERNEL(thimble_depthwise_conv_2d_s16_dsp), dsp, operands);
  call.constants = {depthwise_conv_2d_pairs<thimble_dsp16_channel>(weights, *channels, dsp)};
  call.scratch_bytes = static_cast<std::size_t>(8 * w.filter_h * dsp.row_pairs);
  if (node.input(0).shape == node.output(0).shape) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace thimble
