#include "ops/fully_connected/fully_connected_lanes.h"

#include <algorithm>
#include <cstdlib>

#include "ops/dsp16.h"
#include "ops/fully_connected/fully_connected_dsp.h"
#include "ops/fully_connected/fully_connected_lanes_kernel.h"
#include "ops/fully_connected/fully_connected_s16_units_kernel.h"
#include "ops/fully_connected/fully_connected_units_kernel.h"
#include "ops/host.h"

THIMBLE_PARAMS(thimble_fully_connected_lanes_params, batches, depth, units, blocks, block_quads, per_channel, narrow,
               output_min, output_max)
THIMBLE_PARAMS(thimble_fully_connected_units_params, batches, depth, units, per_channel, narrow, output_min, output_max)

#define UNITS_KERNEL(file, function) #function, "ops/fully_connected/" file "_kernel", &function

namespace thimble {
namespace {

constexpr std::size_t kUnits = 2;   // that the kernel computes at a time
constexpr int kLargestBlock = 255;  // sum of weights' magnitudes in a block: times 128 it is less than 2^15

/// Part `part` of `parts` of a weight: all parts add up to it. `stagger` shifts which of the parts get the rest.
int part_of(int weight, int part, int parts, int stagger) {
  const int position = (part + stagger) % parts;
  return weight * (position + 1) / parts - weight * position / parts;
}

/// Whether the sums of all blocks of `size` weights fit a lane when each pass takes a part.
bool fits(const std::vector<std::int8_t>& row, std::size_t size, int parts) {
  for (int part = 0; part < parts; ++part) {
    for (std::size_t first = 0; first < row.size(); first += size) {
      int sum = 0;
      for (std::size_t i = first; i < std::min(first + size, row.size()); ++i) {
        sum += std::abs(part_of(row[i], part, parts, static_cast<int>(i)));
      }
      if (sum > kLargestBlock) return false;
    }
  }
  return true;
}

/// The weights as the kernel reads them.
struct Packed {
  std::size_t blocks, block_quads;
  std::vector<std::int32_t> words;
  std::vector<std::uint8_t> passes;

  /// Roughly, in instructions of an inner loop.
  std::size_t cost() const {
    std::size_t passes_of_all = 0;
    for (const std::uint8_t count : passes) passes_of_all += count;
    return passes_of_all * blocks * (block_quads == 1 ? 12 : 20);
  }
};

Packed pack(const ChannelWeights& weights, std::size_t block_quads) {
  const std::size_t size = 4 * block_quads;
  Packed packed = {(weights[0].size() + size - 1) / size, block_quads, {}, {}};
  for (std::size_t unit = 0; unit < weights.size(); unit += kUnits) {
    const auto all_fit = [&](int parts) {
      return fits(weights[unit], size, parts) && fits(weights[unit + 1], size, parts);
    };
    int parts = 1;
    while (!all_fit(parts)) ++parts;
    packed.passes.push_back(static_cast<std::uint8_t>(parts));
    for (int part = 0; part < parts; ++part) {
      for (std::size_t i = 0; i < packed.blocks * size * kUnits; i += 4) {
        const std::vector<std::int8_t>& row = weights[unit + i / size % kUnits];
        const std::size_t first = i / size / kUnits * size + i % size;
        std::uint32_t word = 0;
        for (std::size_t k = 0; k < 4; ++k) {
          const std::size_t at = first + k;
          const int weight = at < row.size() ? part_of(row[at], part, parts, static_cast<int>(at)) : 0;
          word |= static_cast<std::uint32_t>(weight + 128) << (8 * k);
        }
        packed.words.push_back(static_cast<std::int32_t>(word));
      }
    }
  }
  return packed;
}

ChannelWeights weights_of(const NodeView& node, std::size_t units, std::size_t depth) {
  const auto data = contents(node, 1);
  const auto* first = as<std::int8_t>(data);
  ChannelWeights weights;
  for (std::size_t u = 0; u < units; ++u) weights.emplace_back(first + u * depth, first + (u + 1) * depth);
  return weights;
}

/// The best packing; none where four units at a time take fewer instructions, 22 for 8 products.
std::optional<Packed> best_packing(ChannelWeights weights) {
  if (weights.size() % kUnits != 0) weights.emplace_back(weights[0].size());
  Packed packed = pack(weights, 1);
  if (Packed longer = pack(weights, 2); longer.cost() < packed.cost()) packed = std::move(longer);
  const std::size_t quads = (weights[0].size() + 3) / 4;
  if (packed.cost() >= weights.size() / kUnits * quads * 22) return {};
  return packed;
}

KernelCall lanes_call(const NodeView& node, const thimble_fully_connected_params& params, const Packed& packed,
                      const KernelConstant& channels) {
  const thimble_fully_connected_lanes_params lanes = {params.batches,
                                                      params.depth,
                                                      params.units,
                                                      static_cast<std::int32_t>(packed.blocks),
                                                      static_cast<std::int32_t>(packed.block_quads),
                                                      params.per_channel,
                                                      is_narrow(params.output_min, params.output_max),
                                                      params.output_min,
                                                      params.output_max};
  KernelCall call = kernel_call(
      "thimble_fully_connected_lanes", "ops/fully_connected/fully_connected_lanes_kernel",
      &thimble_fully_connected_lanes, lanes,
      {in(node.input_id(0)), constant(0), constant(1), constant(2), constant(3), scratch(), out(node.output_id(0))});
  DspChannels split = split_channels(channels, kUnits * packed.passes.size(), params.per_channel != 0);
  call.constants = {{"weights", Type::kInt32, make_data(packed.words)},
                    {"passes", Type::kUint8, make_data(packed.passes)},
                    std::move(split.bias),
                    std::move(split.factors)};
  call.scratch_bytes = packed.blocks * (2 * packed.block_quads + 1) * 4;
  return call;
}

KernelCall units_call(const NodeView& node, const thimble_fully_connected_params& params,
                      const KernelConstant& channels) {
  const bool is_wide = node.input(0).type == Type::kInt16;
  const thimble_fully_connected_units_params units = {params.batches,
                                                      params.depth,
                                                      params.units,
                                                      params.per_channel,
                                                      is_wide ? params.output_min > -32768 || params.output_max < 32767
                                                              : is_narrow(params.output_min, params.output_max),
                                                      params.output_min,
                                                      params.output_max};
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), constant(0), constant(1),
                                         out(node.output_id(0))};
  KernelCall call =
      is_wide
          ? kernel_call(UNITS_KERNEL("fully_connected_s16_units", thimble_fully_connected_s16_units), units, operands)
          : kernel_call(UNITS_KERNEL("fully_connected_units", thimble_fully_connected_units), units, operands);
  DspChannels split = split_channels(channels, static_cast<std::size_t>(params.units), params.per_channel != 0);
  call.constants = {std::move(split.bias), std::move(split.factors)};
  return call;
}

}  // namespace

std::optional<KernelCall> fully_connected_lanes(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, const LowerOptions& options) {
  const bool is_wide = is_int16x8(node), rounds_twice = is_wide || options.rounding == Rounding::kTflm;
  if (!options.features.lanes || !(is_wide || dsp_applies(node, options)) || !rounds_twice) return {};
  if (params.weights_offset != 0 || params.units == 0 || params.depth == 0) return {};
  const ChannelWeights weights =
      weights_of(node, static_cast<std::size_t>(params.units), static_cast<std::size_t>(params.depth));
  const std::optional<KernelConstant> channels =
      is_wide ? dsp16_channels(node, weights, requant) : dsp_channels(node, weights, requant);
  if (!channels && is_wide) {
    KernelCall call = kernel_call(
        UNITS_KERNEL("fully_connected_s16_units", thimble_fully_connected_long_s16_units),
        fully_connected_long_params(params, 0),
        {in(node.input_id(0)), in(node.input_id(1)), node.optional_in(2), constant(0), out(node.output_id(0))});
    call.constants = {requant};
    return call;
  }
  if (!channels) return {};
  const bool has_lanes = options.features.multiply_add && !is_wide;
  const auto packed = has_lanes ? best_packing(weights) : std::nullopt;
  return packed ? lanes_call(node, params, *packed, *channels) : units_call(node, params, *channels);
}

}  // namespace thimble
