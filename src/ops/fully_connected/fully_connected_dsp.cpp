#include "ops/fully_connected/fully_connected_dsp.h"

#include <algorithm>

#include "ops/dsp.h"
#include "ops/fully_connected/fully_connected_dsp_kernel.h"
#include "ops/host.h"

THIMBLE_PARAMS(thimble_fully_connected_dsp_params, batches, depth, units, quads, segment_quads, per_channel, narrow,
               output_min, output_max)

#define DSP_KERNEL(function) #function, "ops/fully_connected/fully_connected_dsp_kernel", &function

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

/// Whether the products of bytes with any `quads` fours of weights, counted from the first of each part, sum up to less
/// than 2^23.
bool sums_fit(const std::vector<std::int8_t>& row, std::size_t part, std::size_t quads) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i % part % (4 * quads) == 0) sum = 0;
    sum += 128 * std::abs(int{row[i]});
    if (sum >= 1 << 23) return false;
  }
  return true;
}

/// How many fours of a part's inputs are summed at a time.
std::size_t segment_quads(const ChannelWeights& weights, std::size_t part) {
  std::size_t quads = part / 4;
  const auto fits = [&](const auto& row) { return sums_fit(row, part, quads); };
  while (!std::all_of(weights.begin(), weights.end(), fits)) quads = (quads + 1) / 2;
  return quads;
}

/// Two weights in the lanes of 16 bits: low + 256 * high. Weights are at least -127.
std::uint32_t lane(std::int8_t low, std::int8_t high) { return static_cast<std::uint32_t>(low + 256 * high) & 0xFFFF; }

/// Those of the inputs from `first` to `end`, both multiples of 4, as the kernel reads them.
void pack(const ChannelWeights& weights, std::size_t first, std::size_t end, std::vector<std::int32_t>& words) {
  for (std::size_t unit = 0; unit < weights.size(); unit += kUnits) {
    for (std::size_t i = first; i < end; i += 4) {
      for (const std::size_t pair : {unit, unit + 2}) {
        const auto& low = weights[pair];
        const auto& high = weights[pair + 1];
        words.push_back(static_cast<std::int32_t>(lane(low[i], high[i]) | lane(low[i + 2], high[i + 2]) << 16));
        words.push_back(static_cast<std::int32_t>(lane(low[i + 1], high[i + 1]) | lane(low[i + 3], high[i + 3]) << 16));
      }
    }
  }
}

/// What the kernels need of a layer whose inputs arrive in one or more parts.
struct Lowered {
  thimble_fully_connected_dsp_params params;  // of one part
  KernelConstant weights;                     // of one part after the other
  DspChannels channels;
};

/// None when the target lacks the instructions, and where bits could differ.
std::optional<Lowered> lowered(const NodeView& node, const thimble_fully_connected_params& params,
                               const KernelConstant& requant, int parts, const LowerOptions& options) {
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
  const std::size_t part = weights[0].size() / static_cast<std::size_t>(parts);  // in whole fours
  const thimble_fully_connected_dsp_params dsp = {params.batches,
                                                  params.depth / parts,
                                                  params.units,
                                                  static_cast<std::int32_t>(part / 4),
                                                  static_cast<std::int32_t>(segment_quads(weights, part)),
                                                  params.per_channel,
                                                  is_narrow(params.output_min, params.output_max),
                                                  params.output_min,
                                                  params.output_max};
  std::vector<std::int32_t> words;
  for (std::size_t i = 0; i < weights[0].size(); i += part) pack(weights, i, i + part, words);
  return Lowered{dsp,
                 {"weights", Type::kInt32, make_data(words)},
                 split_channels(*channels, weights.size(), params.per_channel != 0)};
}

}  // namespace

std::optional<KernelCall> fully_connected_dsp(const NodeView& node, const thimble_fully_connected_params& params,
                                              const KernelConstant& requant, const LowerOptions& options) {
  auto dsp = lowered(node, params, requant, 1, options);
  if (!dsp) return {};
  const bool whole = params.depth % 4 == 0;
  KernelCall call = kernel_call(DSP_KERNEL(thimble_fully_connected_dsp), dsp->params,
                                {in(node.input_id(0)), constant(0), constant(1), constant(2),
                                 whole ? Operand{} : scratch(), out(node.output_id(0))});
  call.constants = {std::move(dsp->weights), std::move(dsp->channels.bias), std::move(dsp->channels.factors)};
  if (!whole) call.scratch_bytes = 4 * static_cast<std::size_t>(dsp->params.quads);
  return call;
}

std::optional<RowSink> fully_connected_dsp_sink(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, int rows, const LowerOptions& options) {
  if (params.depth % (4 * rows) != 0) return {};
  auto dsp = lowered(node, params, requant, rows, options);
  if (!dsp) return {};
  RowSink sink;
  sink.begin = kernel_call(DSP_KERNEL(thimble_fully_connected_dsp_begin), dsp->params, {constant(0), scratch()});
  sink.begin.constants = {std::move(dsp->channels.bias)};
  sink.row = kernel_call(DSP_KERNEL(thimble_fully_connected_dsp_part), dsp->params,
                         {in(node.input_id(0)), constant(0), scratch()});
  sink.row.constants = {std::move(dsp->weights)};
  sink.end = kernel_call(DSP_KERNEL(thimble_fully_connected_dsp_end), dsp->params,
                         {scratch(), constant(0), out(node.output_id(0))});
  sink.end.constants = {std::move(dsp->channels.factors)};
  const std::size_t padded_units = kUnits * fours(static_cast<std::size_t>(params.units));
  sink.scratch_bytes = padded_units * sizeof(std::int32_t);
  sink.advancing = 1;
  sink.advance = padded_units * static_cast<std::size_t>(dsp->params.depth);
  return sink;
}

}  // namespace thimble
