#include "ops/conv_2d/conv_2d_dsp.h"
#include "ops/conv_2d/conv_2d_geometry.h"
#include "ops/conv_2d/conv_2d_mve.h"
#include "ops/conv_2d/conv_2d_pool_mve_kernel.h"
#include "ops/mve.h"

THIMBLE_PARAMS(thimble_conv_2d_pool_mve_params, window, columns, input_zero_point, zero_point, exact)

namespace thimble {
namespace {

KernelConstant packed(const ChannelWeights& weights, const std::vector<MveChannel>& channels) {
  MveBytes bytes;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const std::vector<std::int8_t>& f = weights[c];
    for (const std::int32_t word : {channels[c].bias, channels[c].multiplier, channels[c].shift, 0}) bytes.word(word);
    bytes.bytes(std::vector<std::int8_t>{f[0], f[3], f[6], 0, f[1], f[4], f[7], 0, f[2], f[5], f[8]}, 0, 16);
  }
  return bytes.constant("filters");
}

}  // namespace

std::optional<KernelCall> conv_2d_pool_mve(const NodeView& node, const NodeView& next,
                                           const thimble_conv_2d_params& params, const KernelConstant& requant,
                                           const LowerOptions& options) {
  thimble_window w = params.window;
  if (!mve_applies(node, options) || !conv_2d_is_3x3_of_one_channel(w) || !conv_2d_is_pooled_2x2(next, w)) return {};
  if (is_narrow(params.output_min, params.output_max)) return {};
  const ChannelWeights weights = conv_2d_weights(node);
  const auto channels = mve_channels(node, weights, requant);
  w.output_h = next.output(0).shape[1];
  w.output_w = next.output(0).shape[2];
  if (!channels || w.output_w < 4) return {};
  const thimble_conv_2d_pool_mve_params mve = {w, w.pad_left + w.input_w + 16, -params.input_offset,
                                               params.output_offset, mve_exact(node, params.output_min) ? 1 : 0};
  KernelCall call =
      kernel_call("thimble_conv_2d_pool_mve", "ops/conv_2d/conv_2d_pool_mve_kernel", &thimble_conv_2d_pool_mve, mve,
                  {in(node.input_id(0)), constant(0), scratch(), out(next.output_id(0))});
  call.constants = {packed(weights, *channels)};
  call.scratch_bytes = static_cast<std::size_t>(4 * mve.columns + w.input_w + 16);
  return call;
}

}  // namespace thimble
