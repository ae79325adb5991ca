#include "ops/conv_2d/conv_2d_avr.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "ops/avr.h"
#include "ops/conv_2d/conv_2d_avr_kernel.h"
#include "ops/conv_2d/conv_2d_dsp.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_conv_2d_avr_params, window, pool_h, pool_w, pool_stride_h, pool_stride_w, outputs_h, outputs_w,
               parts, part_channels, without_sign, input_zero_point, output_offset, output_min, output_max)

namespace thimble {
namespace {

/// Takes over the geometry of `pool`; false when it is no maximum over windows that lie inside of the image.
bool take_pool(const NodeView& pool, thimble_conv_2d_avr_params& params) {
  if (pool.node().op != "MAX_POOL_2D" || pool.attributes().text("activation") != "NONE") return false;
  if (!(pool.input(0).quantization == pool.output(0).quantization)) return false;
  const auto number = [&](const char* name) { return static_cast<std::int32_t>(pool.attributes().integer(name)); };
  params.pool_h = number("filter_h");
  params.pool_w = number("filter_w");
  params.pool_stride_h = number("stride_h");
  params.pool_stride_w = number("stride_w");
  params.outputs_h = pool.output(0).shape[1];
  params.outputs_w = pool.output(0).shape[2];
  const bool inside = (params.outputs_h - 1) * params.pool_stride_h + params.pool_h <= params.window.output_h &&
                      (params.outputs_w - 1) * params.pool_stride_w + params.pool_w <= params.window.output_w;
  const bool apart = params.pool_h <= params.pool_stride_h && params.pool_w <= params.pool_stride_w;
  return inside && apart;  // where windows overlap, outputs would be computed more than once
}

/// Adds 128 to the weights, so that they are bytes without a sign. Returns the channels, whose biases have less for it.
KernelConstant take_sign(ChannelWeights& weights, const KernelConstant& channels) {
  std::vector<thimble_avr_channel> result(weights.size());
  std::memcpy(result.data(), channels.data->data(), channels.data->size());
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const int sum = std::accumulate(weights[c].begin(), weights[c].end(), 0);
    result[c].bias = thimble_wrap_sub(result[c].bias, 128 * sum);
    for (std::int8_t& weight : weights[c]) weight = static_cast<std::int8_t>(weight ^ -128);
  }
  return {channels.name, channels.type, make_data(result)};
}

}  // namespace

std::optional<KernelCall> conv_2d_avr(const NodeView& node, const NodeView* pool, const thimble_conv_2d_params& params,
                                      const KernelConstant& requant, const LowerOptions& options) {
  const thimble_window& w = params.window;
  if (!avr_applies(node, options) || params.groups != 1 || w.output_c == 0) return {};
  ChannelWeights weights = conv_2d_weights(node);
  std::optional<KernelConstant> channels = avr_channels(node, weights, requant);
  if (!channels) return {};
  thimble_conv_2d_avr_params avr = {w,
                                    1,
                                    1,
                                    1,
                                    1,
                                    w.output_h,
                                    w.output_w,
                                    1,
                                    0,
                                    0,
                                    -params.input_offset,
                                    params.output_offset,
                                    params.output_min,
                                    params.output_max};
  if (pool && !take_pool(*pool, avr)) return {};
  // Pays where a patch is multiplied with several filters, each of some length.
  if (avr.pool_h * avr.pool_w == 1 && w.output_c >= 8 && w.filter_h * w.filter_w * w.input_c >= 16) {
    avr.without_sign = 1;
    *channels = take_sign(weights, *channels);
  }
  const std::int32_t most_channels = kMostAvrArrayBytes / std::max(1, w.filter_h * w.filter_w * w.input_c);
  const bool divided = w.output_c > most_channels && w.output_c <= 2 * most_channels;
  if (divided) {
    avr.parts = 2;
    avr.part_channels = most_channels;
  }
  KernelCall call =
      kernel_call("thimble_conv_2d_avr", "ops/conv_2d/conv_2d_avr_kernel", &thimble_conv_2d_avr, avr,
                  {in(node.input_id(0)), in_far_flash(constant(0)), in_far_flash(constant(divided ? 2 : 0)),
                   in_flash(constant(1)), scratch(), out(pool ? pool->output_id(0) : node.output_id(0))});
  const auto middle = weights.begin() + (divided ? most_channels : w.output_c);
  call.constants = {avr_rows({weights.begin(), middle}), *channels};
  if (divided) call.constants.push_back({"more", Type::kInt8, avr_rows({middle, weights.end()}).data});
  call.scratch_bytes =
      static_cast<std::size_t>(avr.pool_h * avr.pool_w) * static_cast<std::size_t>(w.filter_h * w.filter_w * w.input_c);
  return call;
}

}  // namespace thimble
