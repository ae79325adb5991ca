#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp.h"

#include <algorithm>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp_kernel.h"
#include "ops/dsp.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_depthwise_conv_2d_dsp_params, window, step_3x3, pairs, row_pairs, input_zero_point, output_min,
               output_max)

#define DSP_KERNEL(function) #function, "ops/depthwise_conv_2d/depthwise_conv_2d_dsp_kernel", &function

namespace thimble {
namespace {

/// The elements of a widened row: what the windows of a row of outputs read, and what the input's pixels in pairs fill.
int row_elements(const thimble_window& w, bool overlapping, int pairs, int at_a_time) {
  const int outputs = (w.output_w + at_a_time - 1) / at_a_time * at_a_time;
  const int read = overlapping ? outputs + 2 : (w.output_w - 1) * w.stride_w + 2 * pairs;
  return std::max(read, w.pad_left + (w.input_w + 1) / 2 * 2);
}

}  // namespace

ChannelWeights depthwise_conv_2d_weights(const NodeView& node) {
  const auto data = contents(node, 1);
  const auto channels = static_cast<std::size_t>(node.input(1).shape[3]);
  ChannelWeights weights(channels);
  for (std::size_t i = 0; i < data->size(); ++i) weights[i % channels].push_back(as<std::int8_t>(data)[i]);
  return weights;
}

std::optional<KernelCall> depthwise_conv_2d_dsp(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                                const KernelConstant& requant, const LowerOptions& options) {
  const thimble_window& w = params.window;
  if (!dsp_applies(node, options) || w.output_c != w.input_c || w.dilation_h != 1 || w.dilation_w != 1) return {};
  const ChannelWeights weights = depthwise_conv_2d_weights(node);
  const std::optional<KernelConstant> channels = dsp_channels(node, weights, requant);
  if (!channels) return {};
  const bool is_3x3 =
      w.filter_h == 3 && w.filter_w == 3 && w.stride_w <= 2 && !is_narrow(params.output_min, params.output_max);
  const int step_3x3 = is_3x3 ? w.stride_w : 0;
  const int pairs = (w.filter_w + 1) / 2;
  const int at_a_time = options.features.lanes ? 3 : 2;
  const thimble_depthwise_conv_2d_dsp_params dsp = {w,
                                                    step_3x3,
                                                    pairs,
                                                    (row_elements(w, step_3x3 == 1, pairs, at_a_time) + 1) / 2,
                                                    -params.input_offset,
                                                    params.output_min,
                                                    params.output_max};
  const std::vector<Operand> operands = {in(node.input_id(0)), constant(0), scratch(), out(node.output_id(0))};
  KernelCall call = step_3x3 == 0 ? kernel_call(DSP_KERNEL(thimble_depthwise_conv_2d_any_dsp), dsp, operands)
                                  : kernel_call(DSP_KERNEL(thimble_depthwise_conv_2d_dsp), dsp, operands);
  call.constants = {depthwise_conv_2d_pairs<thimble_dsp_channel>(weights, *channels, dsp)};
  call.scratch_bytes = static_cast<std::size_t>(16 * w.filter_h * dsp.row_pairs);
  if (node.input(0).shape == node.output(0).shape) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace thimble
