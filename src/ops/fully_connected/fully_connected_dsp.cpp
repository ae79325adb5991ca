#include "ops/fully_connected/fully_connected_dsp.h"

#include <algorithm>

#include "ops/dsp.h"
#include "ops/fully_connected/fully_connected_dsp_kernel.h"
#include "ops/host.h"

THIMBLE_PARAMS(thimble_fully_connected_dsp_params, batches, depth, units, quads, segment_quads, per_channel, narrow,
               output_min, output_max)

namespace thimble {
namespace {

constexpr std::size_t kUnits = 4;  // that the kernel computes at a time

std::size_t fours(std::size_t count) { return (count + 3) / 4; }

/// The weights of each unit; rows of zeros follow, up to a multiple of kUnits.
ChannelWeights weights_of(const NodeView& node, std::size_t units, std::size_t depth) {
  const auto data = contents(node, 1);
  const auto* first = as<std::int8_t>(data);
  ChannelWeights weights;
  for (std::size_t u = 0; u < units; ++u) weights.emplace_back(first + u * depth, first + (u + 1) * depth);
  weights.resize(kUnits * fours(units));
  for (std::vector<std::int8_t>& row : weights) row.resize(4 * fours(depth));
  return weights;
}

/// Whether the products of bytes with any `quads` fours of weights, counted from the first, sum up to less than 2^23.
bool sums_fit(const std::vector<std::int8_t>& row, std::size_t quads) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i % (4 * quads) == 0) sum = 0;
    sum += 128 * std::abs(int{row[i]});
    if (sum >= 1 << 23) return false;
  }
  return true;
}

/// How many fours of inputs are summed at a time.
std::size_t segment_quads(const ChannelWeights& weights) {
  std::size_t quads = fours(weights[0].size());
  const auto fits = [&](const auto& row) { return sums_fit(row, quads); };
  while (!std::all_of(weights.begin(), weights.end(), fits)) quads = (quads + 1) / 2;
  return quads;
}

/// Two weights in the lanes of 16 bits: low + 256 * high. Weights are at least -127.
std::uint32_t lane(std::int8_t low, std::int8_t high) { return static_cast<std::uint32_t>(low + 256 * high) & 0xFFFF; }

KernelConstant packed(const ChannelWeights& weights) {
  std::vector<std::int32_t> words;
  for (std::size_t unit = 0; unit < weights.size(); unit += kUnits) {
    for (std::size_t i = 0; i < weights[0].size(); i += 4) {
      for (const std::size_t pair : {unit, unit + 2}) {
        const auto& low = weights[pair];
        const auto& high = weights[pair + 1];
        words.push_back(static_cast<std::int32_t>(lane(low[i], high[i]) | lane(low[i + 2], high[i + 2]) << 16));
        words.push_back(static_cast<std::int32_t>(lane(low[i + 1], high[i + 1]) | lane(low[i + 3], high[i + 3]) << 16));
      }
    }
  }
  return {"weights", Type::kInt32, make_data(words)};
}

}  // namespace

std::optional<KernelCall> fully_connected_dsp(const NodeView& node, const thimble_fully_connected_params& params,
                                              const KernelConstant& requant, const LowerOptions& options) {
  if (!options.features.dsp || !dsp_applies(node, options) || options.rounding != Rounding::kTflm ||
      params.weights_offset != 0)
    return {};
  const auto units = static_cast<std::size_t>(params.units);
  const ChannelWeights weights = weights_of(node, units, static_cast<std::size_t>(params.depth));
  const auto below = [](const auto& row) { return std::find(row.begin(), row.end(), -128) != row.end(); };
  if (units == 0 || std::any_of(weights.begin(), weights.end(), below)) return {};
  const std::optional<KernelConstant> channels =
      dsp_channels(node, {weights.begin(), weights.begin() + params.units}, requant);
  if (!channels) return {};
  const bool whole = params.depth % 4 == 0;
  const thimble_fully_connected_dsp_params dsp = {params.batches,
                                                  params.depth,
                                                  params.units,
                                                  (params.depth + 3) / 4,
                                                  static_cast<std::int32_t>(segment_quads(weights)),
                                                  params.per_channel,
                                                  is_narrow(params.output_min, params.output_max),
                                                  params.output_min,
                                                  params.output_max};
  KernelCall call = kernel_call("thimble_fully_connected_dsp", "ops/fully_connected/fully_connected_dsp_kernel",
                                &thimble_fully_connected_dsp, dsp,
                                {in(node.input_id(0)), constant(0), constant(1), constant(2),
                                 whole ? Operand{} : scratch(), out(node.output_id(0))});
  DspChannels rest = split_channels(*channels, weights.size(), params.per_channel != 0);
  call.constants = {packed(weights), std::move(rest.bias), std::move(rest.factors)};
  if (!whole) call.scratch_bytes = weights[0].size();
  return call;
}

}  // namespace thimble
