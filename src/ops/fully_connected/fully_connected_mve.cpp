#include "ops/fully_connected/fully_connected_mve.h"

#include "ops/dsp.h"
#include "ops/fully_connected/fully_connected_dsp.h"
#include "ops/fully_connected/fully_connected_long_s16_mve_kernel.h"
#include "ops/fully_connected/fully_connected_mve_kernel.h"
#include "ops/fully_connected/fully_connected_s16_mve_kernel.h"
#include "ops/host.h"
#include "ops/mve.h"

THIMBLE_PARAMS(thimble_fully_connected_mve_params, batches, depth, units, factor_step, zero_point, narrow, output_min,
               output_max)

#define MVE_KERNEL(file, function) #function, "ops/fully_connected/" file "_kernel", &function

namespace thimble {
namespace {

constexpr std::size_t kUnits = 8;  // that the kernel computes at a time

ChannelWeights weights_of(const NodeView& node, std::size_t units, std::size_t depth) {
  const auto data = contents(node, 1);
  const auto* first = as<std::int8_t>(data);
  ChannelWeights weights;
  for (std::size_t u = 0; u < units; ++u) weights.emplace_back(first + u * depth, first + (u + 1) * depth);
  return weights;
}

KernelConstant packed(const ChannelWeights& weights, const std::vector<MveChannel>& channels, std::size_t elements) {
  MveBytes bytes;
  for (std::size_t unit = 0; unit < weights.size(); unit += kUnits) {
    for (const std::size_t first : {unit, unit + 1}) {
      bytes.words(channels, first, &MveChannel::bias);
      for (std::size_t i = 0; i < weights[0].size(); i += elements) {
        for (std::size_t u = first; u < first + kUnits; u += 2) {
          bytes.bytes(u < weights.size() ? weights[u] : std::vector<std::int8_t>{}, i, elements);
        }
      }
    }
  }
  return bytes.constant("weights");
}

KernelConstant factors(const std::vector<MveChannel>& channels, bool per_channel) {
  MveBytes bytes;
  const std::vector<MveChannel> same(kUnits, channels[0]);
  for (std::size_t unit = 0; unit < (per_channel ? channels.size() : 1); unit += kUnits) {
    for (const std::size_t first : {unit, unit + 1}) {
      bytes.words(per_channel ? channels : same, first, &MveChannel::multiplier);
      bytes.words(per_channel ? channels : same, first, &MveChannel::shift);
    }
  }
  return bytes.constant("factors");
}

/// For sums that may pass 32 bits.
KernelCall long_call(const NodeView& node, const thimble_fully_connected_params& params, const ChannelWeights& weights,
                     const KernelConstant& requant) {
  constexpr std::size_t kUnitsAtATime = 4, kElements = 8;
  const std::size_t vectors = (weights[0].size() + kElements - 1) / kElements;
  MveBytes bytes;
  for (std::size_t unit = 0; unit < weights.size(); unit += kUnitsAtATime) {
    for (std::size_t i = 0; i < vectors; ++i) {
      for (std::size_t u = unit; u < unit + kUnitsAtATime; ++u) {
        bytes.bytes(u < weights.size() ? weights[u] : std::vector<std::int8_t>{}, kElements * i, kElements);
      }
    }
  }
  KernelCall call =
      kernel_call(MVE_KERNEL("fully_connected_long_s16_mve", thimble_fully_connected_long_s16_mve),
                  fully_connected_long_params(params, 0),
                  {in(node.input_id(0)), constant(0), node.optional_in(2), constant(1), out(node.output_id(0))});
  call.constants = {bytes.constant("weights"), requant};
  return call;
}

}  // namespace

std::optional<KernelCall> fully_connected_mve(const NodeView& node, const thimble_fully_connected_params& params,
                                              const KernelConstant& requant, const LowerOptions& options) {
  const bool is_wide = node.input(0).type == Type::kInt16,
             rounds_twice = is_wide || options.rounding == Rounding::kTflm;
  if (!mve_applies(node, options) || !rounds_twice || params.weights_offset != 0) return {};
  const auto units = static_cast<std::size_t>(params.units);
  if (units == 0) return {};
  const ChannelWeights weights = weights_of(node, units, static_cast<std::size_t>(params.depth));
  const auto channels = mve_channels(node, weights, requant);
  if (!channels && is_wide) return long_call(node, params, weights, requant);
  if (!channels) return {};
  const thimble_fully_connected_mve_params mve = {
      params.batches,
      params.depth,
      params.units,
      params.per_channel ? 64 : 0,
      is_wide ? mve_range_16(params.output_min, params.output_max) : params.output_offset,
      is_narrow(params.output_min, params.output_max),
      params.output_min,
      params.output_max};
  const std::vector<Operand> operands = {in(node.input_id(0)), constant(0), constant(1), out(node.output_id(0))};
  KernelCall call =
      is_wide ? kernel_call(MVE_KERNEL("fully_connected_s16_mve", thimble_fully_connected_s16_mve), mve, operands)
              : kernel_call(MVE_KERNEL("fully_connected_mve", thimble_fully_connected_mve), mve, operands);
  call.constants = {packed(weights, *channels, mve_elements(node)), factors(*channels, params.per_channel != 0)};
  return call;
}

}  // namespace thimble
