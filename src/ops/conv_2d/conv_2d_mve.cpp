#include "ops/conv_2d/conv_2d_mve.h"

#include "ops/conv_2d/conv_2d_dsp.h"
#include "ops/conv_2d/conv_2d_geometry.h"
#include "ops/conv_2d/conv_2d_mve_kernel.h"
#include "ops/conv_2d/conv_2d_s16_mve_kernel.h"
#include "ops/mve.h"

THIMBLE_PARAMS(thimble_conv_2d_mve_params, window, form, vectors, ring_rows, ring_columns, input_zero_point, zero_point,
               exact, narrow, output_min, output_max)

#define MVE_KERNEL(file, function) #function, "ops/conv_2d/" file "_kernel", &function

namespace thimble {
namespace {

constexpr std::size_t kChannels = 8;  // that the kernel computes at a time

/// Three neighbours' windows of 3 x 3 overlap: five vectors for a row and 16 bytes of channels.
bool by_rows(const thimble_window& w) {
  return w.filter_h == 3 && w.filter_w == 3 && w.stride_h == 1 && w.stride_w == 1 && w.dilation_h == 1 &&
         w.dilation_w == 1 && w.input_c % 16 == 0;
}

std::int32_t form_of(const thimble_window& w, int vectors) {
  if (by_rows(w)) return THIMBLE_CONV_2D_MVE_ROWS;
  if (vectors == 1) return THIMBLE_CONV_2D_MVE_1;
  if (vectors == 2) return THIMBLE_CONV_2D_MVE_2;
  if (vectors == 4) return THIMBLE_CONV_2D_MVE_4;
  return THIMBLE_CONV_2D_MVE_N;
}

/// A filter of `depth` channels by row, plane of the elements of a vector, column.
std::vector<std::int8_t> by_planes(const std::vector<std::int8_t>& filter, std::size_t depth, std::size_t elements) {
  std::vector<std::int8_t> planes;
  for (std::size_t row = 0; row < filter.size(); row += 3 * depth) {
    for (std::size_t c = 0; c < depth; c += elements) {
      for (std::size_t column = 0; column < 3 * depth; column += depth) {
        const auto first = filter.begin() + static_cast<std::ptrdiff_t>(row + column + c);
        planes.insert(planes.end(), first, first + static_cast<std::ptrdiff_t>(elements));
      }
    }
  }
  return planes;
}

KernelConstant packed(const ChannelWeights& weights, const std::vector<MveChannel>& channels, std::size_t elements) {
  MveBytes bytes;
  const auto filter = [&](std::size_t c) { return c < weights.size() ? weights[c] : std::vector<std::int8_t>{}; };
  for (std::size_t block = 0; block < weights.size(); block += kChannels) {
    for (std::size_t c = block; c < block + kChannels; c += 2) {
      for (std::size_t i = 0; i < weights[0].size(); i += elements) {
        bytes.bytes(filter(c), i, elements);
        bytes.bytes(filter(c + 1), i, elements);
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

/// The kernel's pointers have 8 bytes on this host, and 4 on the target.
std::size_t scratch_bytes(const thimble_conv_2d_mve_params& p) {
  const thimble_window& w = p.window;
  const int ring = p.ring_rows * p.ring_columns * w.input_c + 16;
  if (p.form == THIMBLE_CONV_2D_MVE_ROWS) return static_cast<std::size_t>(8 * 3 * w.input_c / 16 + ring);
  return static_cast<std::size_t>(8 * w.filter_h + 64 * p.vectors + 32 + ring);
}

}  // namespace

std::optional<KernelCall> conv_2d_mve(const NodeView& node, const thimble_conv_2d_params& params,
                                      const KernelConstant& requant, const LowerOptions& options) {
  thimble_window w = params.window;
  if (!mve_applies(node, options) || params.groups != 1 || w.output_c == 0) return {};
  ChannelWeights weights = conv_2d_weights(node);
  const auto channels = mve_channels(node, weights, requant);
  if (!channels) return {};
  const bool pointwise = conv_2d_is_pointwise(w), copies = !pointwise && conv_2d_pays_to_copy(node, w);
  const std::size_t elements = mve_elements(node), depth = static_cast<std::size_t>(w.input_c);
  const bool is_wide = node.input(0).type == Type::kInt16;
  if (is_wide) w.input_c *= 2, w.output_c *= 2;  // in bytes
  const int vectors = (w.filter_h * w.filter_w * w.input_c + 15) / 16;
  const thimble_conv_2d_mve_params mve = {
      w,
      form_of(w, vectors),
      vectors,
      pointwise ? 0 : (w.filter_h - 1) * w.dilation_h + 1,
      pointwise ? 0 : (w.output_w - 1) * w.stride_w + (w.filter_w - 1) * w.dilation_w + 1,
      -params.input_offset,
      is_wide ? mve_range_16(params.output_min, params.output_max) : params.output_offset,
      mve_exact(node, params.output_min) ? 1 : 0,
      is_narrow(params.output_min, params.output_max),
      params.output_min,
      params.output_max};
  if (mve.form == THIMBLE_CONV_2D_MVE_ROWS) {
    for (std::vector<std::int8_t>& filter : weights) filter = by_planes(filter, depth, elements);
  }
  const std::vector<Operand> operands = {in(node.input_id(0)), constant(0), scratch(), out(node.output_id(0))};
  KernelCall call = is_wide ? kernel_call(MVE_KERNEL("conv_2d_s16_mve", thimble_conv_2d_s16_mve), mve, operands)
                            : kernel_call(MVE_KERNEL("conv_2d_mve", thimble_conv_2d_mve), mve, operands);
  call.constants = {packed(weights, *channels, elements)};
  call.scratch_bytes = scratch_bytes(mve);
  if (copies || pointwise) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace thimble
