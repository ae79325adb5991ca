#include "ops/conv_2d/conv_2d_dsp.h"
#include "ops/conv_2d/conv_2d_geometry.h"
#include "ops/conv_2d/conv_2d_s16_dsp_kernel.h"
#include "ops/dsp16.h"

THIMBLE_PARAMS(thimble_conv_2d_s16_dsp_params, window, quads, whole_quads, ring_rows, positive, narrow, output_min,
               output_max)

namespace thimble {

std::optional<KernelCall> conv_2d_s16_dsp(const NodeView& node, const thimble_conv_2d_params& params,
                                          const KernelConstant& requant, const LowerOptions& options) {
  const thimble_window& window = params.window;
  if (!dsp16_applies(node, options) || params.groups != 1 || window.output_c == 0) return {};
  const ChannelWeights weights = conv_2d_weights(node);
  const std::optional<KernelConstant> channels = dsp16_channels(node, weights, requant);
  if (!channels) return {};
  const int elements = window.filter_h * window.filter_w * window.input_c;
  const bool whole_quads =
      window.filter_w * window.input_c % 4 == 0 && window.dilation_h == 1 && window.dilation_w == 1;
  const bool pointwise = conv_2d_is_pointwise(window), copies = !pointwise && conv_2d_pays_to_copy(node, window);
  const thimble_conv_2d_s16_dsp_params dsp = {pointwise ? conv_2d_as_row(window) : window,
                                              (elements + 3) / 4,
                                              whole_quads ? 1 : 0,
                                              copies      ? window.filter_h
                                              : pointwise ? 1
                                                          : window.input_h,
                                              dsp16_is_positive(params.output_min),
                                              dsp16_is_narrow(params.output_min, params.output_max),
                                              params.output_min,
                                              params.output_max};
  KernelCall call =
      kernel_call("thimble_conv_2d_s16_dsp", "ops/conv_2d/conv_2d_s16_dsp_kernel", &thimble_conv_2d_s16_dsp, dsp,
                  {in(node.input_id(0)), constant(0), constant(1), scratch(), out(node.output_id(0))});
  call.constants = {dsp16_rows(weights), *channels};
  call.scratch_bytes = static_cast<std::size_t>((dsp16_takes_words(options) ? 72 : 40) * dsp.quads);
  if (copies) call.scratch_bytes += static_cast<std::size_t>(2 * window.filter_h * window.input_w * window.input_c);
  if (copies || pointwise) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace thimble
