#include "ops/depthwise_conv_2d/depthwise_conv_2d_mve.h"

#include <algorithm>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_mve_kernel.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_row_mve_kernel.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_s16_mve_kernel.h"
#include "ops/dsp.h"
#include "ops/host.h"
#include "ops/mve.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_depthwise_conv_2d_mve_params, window, pairs, group, columns, input_zero_point, zero_point, exact,
               narrow, output_min, output_max)
THIMBLE_PARAMS(thimble_depthwise_conv_2d_s16_mve_params, window, ring_columns, range)
THIMBLE_PARAMS(thimble_depthwise_conv_2d_row_mve_params, window, row_bytes, input_zero_point, zero_point, narrow,
               output_min, output_max)

namespace thimble {
namespace {

constexpr int kWordBytes = 4096;  // of scratch, but for very wide images

bool fits(const thimble_window& w) {
  return w.output_c == w.input_c && w.dilation_h == 1 && w.dilation_w == 1 && w.filter_h <= 4 && w.filter_w <= 4 &&
         (w.output_w + 4) * w.output_c < 1 << 16;
}

/// The weights of each channel in the kernel's order: four columns of four rows.
ChannelWeights weights_of(const NodeView& node, const thimble_window& w) {
  const auto* data = as<std::int8_t>(contents(node, 1));
  ChannelWeights weights(static_cast<std::size_t>(w.output_c), std::vector<std::int8_t>(16));
  for (int i = 0; i < w.filter_h; ++i) {
    for (int j = 0; j < w.filter_w; ++j) {
      for (std::vector<std::int8_t>& channel : weights) channel[static_cast<std::size_t>(4 * j + i)] = *data++;
    }
  }
  return weights;
}

KernelConstant packed(const ChannelWeights& weights, const std::vector<MveChannel>& channels) {
  MveBytes bytes;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    for (const std::int32_t word : {channels[c].bias, channels[c].multiplier, channels[c].shift, 0}) bytes.word(word);
    bytes.bytes(weights[c], 0, 16);
  }
  return bytes.constant("channels");
}

/// The columns that windows read, four at a time, and those that the input fills.
int columns_of(const thimble_window& w) { return std::max((w.output_w - 1) * w.stride_w + 4, w.pad_left + w.input_w); }

/// All channels, or as many as fit into the scratch.
int group_of(const thimble_window& w) {
  const int fitting = kWordBytes / (4 * columns_of(w)) / 16 * 16;
  return std::min(w.output_c, std::max(fitting, 16));
}

/// Images of one row, and filters that one vector holds.
bool fits_row(const thimble_window& w) {
  return w.output_c == w.input_c && w.input_h == 1 && w.filter_h == 1 && w.output_h == 1 && w.pad_top == 0 &&
         w.dilation_w == 1 && w.filter_w <= 16 && 8 * w.input_c < 1 << 16;
}

std::optional<KernelCall> row_call(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                   const KernelConstant& requant) {
  const thimble_window& w = params.window;
  const ChannelWeights weights = depthwise_conv_2d_weights(node);
  const auto channels = mve_channels(node, weights, requant);
  if (!channels) return {};
  MveBytes bytes;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const MveChannel& channel = (*channels)[c];
    for (const std::int32_t word : {channel.bias, channel.multiplier, channel.shift}) bytes.word(word);
    bytes.bytes(weights[c], 0, 16);
  }
  const int read = ((w.output_w + 3) / 4 * 4 - 1) * w.stride_w + 16;
  const thimble_depthwise_conv_2d_row_mve_params row = {w,
                                                        std::max(read, w.pad_left + w.input_w),
                                                        -params.input_offset,
                                                        params.output_offset,
                                                        is_narrow(params.output_min, params.output_max),
                                                        params.output_min,
                                                        params.output_max};
  KernelCall call = kernel_call(
      "thimble_depthwise_conv_2d_row_mve", "ops/depthwise_conv_2d/depthwise_conv_2d_row_mve_kernel",
      &thimble_depthwise_conv_2d_row_mve, row, {in(node.input_id(0)), constant(0), scratch(), out(node.output_id(0))});
  call.constants = {bytes.constant("channels")};
  call.scratch_bytes = static_cast<std::size_t>(row.row_bytes);
  if (node.input(0).shape == node.output(0).shape) call.in_place = {node.input_id(0)};
  return call;
}

KernelConstant packed_16(const ChannelWeights& weights, const std::vector<MveChannel>& channels) {
  MveBytes bytes;
  for (std::size_t c = 0; c < weights.size(); c += 8) {
    for (const std::size_t first : {c, c + 1}) bytes.words(channels, first, &MveChannel::bias);
    for (std::size_t tap = 0; tap < weights[0].size(); ++tap) {
      for (std::size_t i = c; i < c + 8; ++i) {
        bytes.bytes(i < weights.size() ? weights[i] : std::vector<std::int8_t>{}, tap, 1);
      }
    }
    for (const std::size_t first : {c, c + 1}) {
      bytes.words(channels, first, &MveChannel::multiplier);
      bytes.words(channels, first, &MveChannel::shift);
    }
  }
  return bytes.constant("filters");
}

/// Where eight channels at a time pay, and the rows fit into the scratch.
bool fits_16(const thimble_window& w, int ring_columns) {
  constexpr int kRingBytes = 8192;
  return w.output_c == w.input_c && w.dilation_h == 1 && w.dilation_w == 1 &&
         (w.output_c + 7) / 8 * 8 * 4 <= w.output_c * 5 && 16 * w.filter_h * ring_columns <= kRingBytes;
}

std::optional<KernelCall> call_16(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                  const KernelConstant& requant) {
  const thimble_window& w = params.window;
  const int ring_columns = std::max((w.output_w - 1) * w.stride_w + w.filter_w, w.pad_left + w.input_w);
  if (!fits_16(w, ring_columns)) return {};
  const ChannelWeights weights = depthwise_conv_2d_weights(node);
  const auto channels = mve_channels(node, weights, requant);
  if (!channels) return {};
  const thimble_depthwise_conv_2d_s16_mve_params wide = {w, ring_columns,
                                                         mve_range_16(params.output_min, params.output_max)};
  KernelCall call = kernel_call(
      "thimble_depthwise_conv_2d_s16_mve", "ops/depthwise_conv_2d/depthwise_conv_2d_s16_mve_kernel",
      &thimble_depthwise_conv_2d_s16_mve, wide, {in(node.input_id(0)), constant(0), scratch(), out(node.output_id(0))});
  call.constants = {packed_16(weights, *channels)};
  // The kernel's pointers have 8 bytes on this host, and 4 on the target.
  call.scratch_bytes = static_cast<std::size_t>(8 * w.filter_h + 16 * w.filter_h * ring_columns + 16);
  if (node.input(0).shape == node.output(0).shape) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace

std::optional<KernelCall> depthwise_conv_2d_mve(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                                const KernelConstant& requant, const LowerOptions& options) {
  const thimble_window& w = params.window;
  if (!mve_applies(node, options)) return {};
  if (node.input(0).type == Type::kInt16) return call_16(node, params, requant);
  if (fits_row(w)) return row_call(node, params, requant);
  if (!fits(w)) return {};
  const ChannelWeights weights = weights_of(node, w);
  const auto channels = mve_channels(node, weights, requant);
  if (!channels) return {};
  const bool pairs = w.filter_h <= 3 && w.filter_w <= 3 && w.stride_h == 1 && w.stride_w == 1 && w.output_w > 1;
  const thimble_depthwise_conv_2d_mve_params mve = {w,
                                                    pairs ? 1 : 0,
                                                    group_of(w),
                                                    columns_of(w),
                                                    -params.input_offset,
                                                    params.output_offset,
                                                    mve_exact(node, params.output_min) ? 1 : 0,
                                                    is_narrow(params.output_min, params.output_max),
                                                    params.output_min,
                                                    params.output_max};
  KernelCall call = kernel_call("thimble_depthwise_conv_2d_mve", "ops/depthwise_conv_2d/depthwise_conv_2d_mve_kernel",
                                &thimble_depthwise_conv_2d_mve, mve,
                                {in(node.input_id(0)), constant(0), scratch(), out(node.output_id(0))});
  call.constants = {packed(weights, *channels)};
  call.scratch_bytes = static_cast<std::size_t>(4 * mve.columns * mve.group);
  if (node.input(0).shape == node.output(0).shape) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace thimble
