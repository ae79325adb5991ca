#include "ops/conv_2d/conv_2d_mve.h"

#include "ops/conv_2d/conv_2d_dsp.h"
#include "ops/conv_2d/conv_2d_geometry.h"
#include "ops/conv_2d/conv_2d_mve_kernel.h"
#include "ops/mve.h"

THIMBLE_PARAMS(thimble_conv_2d_mve_params, window, vectors, interleaved, whole_vectors, input_zero_point, ring_rows,
               zero_point, exact, narrow, output_min, output_max)

namespace thimble {
namespace {

constexpr std::size_t kChannels = 8;  // that the kernel computes at a time

KernelConstant packed(const ChannelWeights& weights, const std::vector<MveChannel>& channels) {
  MveBytes bytes;
  const auto filter = [&](std::size_t c) { return c < weights.size() ? weights[c] : std::vector<std::int8_t>{}; };
  for (std::size_t block = 0; block < weights.size(); block += kChannels) {
    for (std::size_t c = block; c < block + kChannels; c += 2) {
      for (std::size_t i = 0; i < weights[0].size(); i += 16) {
        bytes.bytes(filter(c), i, 16);
        bytes.bytes(filter(c + 1), i, 16);
      }
    }
    for (const std::size_t first : {block, block + 1}) {
      bytes.words(channels, first, &MveChannel::bias);
      bytes.words(channels, first, &MveChannel::multiplier);
      bytes.words(channels, first, &MveChannel::shift);
    }
  }
  return bytes.constant("filters");
}

}  // namespace

std::optional<KernelCall> conv_2d_mve(const NodeView& node, const thimble_conv_2d_params& params,
                                      const KernelConstant& requant, const LowerOptions& options) {
  const thimble_window& window = params.window;
  if (!mve_applies(node, options) || params.filter_c != window.input_c || window.output_c == 0) return {};
  const ChannelWeights weights = conv_2d_weights(node);
  const bool exact = mve_exact(node, params.output_min);
  const auto channels = mve_channels(node, weights, requant);
  if (!channels) return {};
  const int vectors = (window.filter_h * window.filter_w * window.input_c + 15) / 16;
  const bool whole_vectors =
      window.filter_w * window.input_c % 16 == 0 && window.dilation_h == 1 && window.dilation_w == 1;
  const bool pointwise = conv_2d_is_pointwise(window), copies = !pointwise && conv_2d_pays_to_copy(node, window);
  const bool in_registers = !exact && (vectors == 1 || vectors == 2 || vectors == 4);
  const thimble_conv_2d_mve_params mve = {pointwise ? conv_2d_as_row(window) : window,
                                          vectors,
                                          in_registers ? 0 : 1,
                                          whole_vectors ? 1 : 0,
                                          -params.input_offset,
                                          copies      ? window.filter_h
                                          : pointwise ? 1
                                                      : window.input_h,
                                          params.output_offset,
                                          exact ? 1 : 0,
                                          is_narrow(params.output_min, params.output_max),
                                          params.output_min,
                                          params.output_max};
  KernelCall call = kernel_call("thimble_conv_2d_mve", "ops/conv_2d/conv_2d_mve_kernel", &thimble_conv_2d_mve, mve,
                                {in(node.input_id(0)), constant(0), scratch(), out(node.output_id(0))});
  call.constants = {packed(weights, *channels)};
  call.scratch_bytes = static_cast<std::size_t>(64 * vectors);
  if (copies) call.scratch_bytes += static_cast<std::size_t>(window.filter_h * window.input_w * window.input_c);
  if (copies || pointwise) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace thimble
