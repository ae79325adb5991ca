#include "ops/fully_connected/fully_connected_s16_dsp_kernel.h"

#include <algorithm>

#include "ops/dsp16.h"
#include "ops/fully_connected/fully_connected_dsp.h"
#include "ops/host.h"

THIMBLE_PARAMS(thimble_fully_connected_s16_dsp_params, batches, depth, units, quads, positive, narrow, output_min,
               output_max)

#define DSP_KERNEL(function) #function, "ops/fully_connected/fully_connected_s16_dsp_kernel", &function

namespace thimble {
namespace {

/// The weights of each unit, filled up with zeros, as are the units, to multiples of four.
ChannelWeights weights_of(const NodeView& node, std::size_t units, std::size_t depth) {
  const auto data = contents(node, 1);
  const auto* first = as<std::int8_t>(data);
  ChannelWeights weights;
  for (std::size_t u = 0; u < units; ++u) weights.emplace_back(first + u * depth, first + (u + 1) * depth);
  weights.resize((units + 3) / 4 * 4);
  for (std::vector<std::int8_t>& row : weights) row.resize((depth + 3) / 4 * 4);
  return weights;
}

/// Two weights in the lanes of 16 bits: low + 256 * high. Weights are at least -127.
std::uint32_t lane(std::int8_t low, std::int8_t high) { return static_cast<std::uint32_t>(low + 256 * high) & 0xFFFF; }

KernelConstant packed(const ChannelWeights& weights) {
  std::vector<std::int32_t> words;
  for (std::size_t unit = 0; unit < weights.size(); unit += 4) {
    for (std::size_t i = 0; i < weights[0].size(); i += 4) {
      for (const std::size_t pair : {unit, unit + 2}) {
        const auto& low = weights[pair];
        const auto& high = weights[pair + 1];
        words.push_back(static_cast<std::int32_t>(lane(low[i], high[i]) | lane(low[i + 1], high[i + 1]) << 16));
        words.push_back(static_cast<std::int32_t>(lane(low[i + 2], high[i + 2]) | lane(low[i + 3], high[i + 3]) << 16));
      }
    }
  }
  return {"weights", Type::kInt32, make_data(words)};
}

}  // namespace

std::optional<KernelCall> fully_connected_s16_dsp(const NodeView& node, const thimble_fully_connected_params& params,
                                                  const KernelConstant& requant, const LowerOptions& options) {
  if (!options.features.dsp || !dsp16_applies(node, options) || params.weights_offset != 0 || params.units == 0)
    return {};
  const auto depth = static_cast<std::size_t>(params.depth);
  const ChannelWeights weights = weights_of(node, static_cast<std::size_t>(params.units), depth);
  const auto below = [](const auto& row) { return std::find(row.begin(), row.end(), -128) != row.end(); };
  if (std::any_of(weights.begin(), weights.end(), below)) return {};
  const std::size_t padded_depth = weights[0].size();
  const auto quads = static_cast<std::int32_t>(padded_depth / 4);
  const bool whole = params.depth % 4 == 0;
  const Operand input = in(node.input_id(0)), padded = whole ? Operand{} : scratch(), output = out(node.output_id(0));
  KernelCall call;
  if (auto channels = dsp16_channels(node, {weights.begin(), weights.begin() + params.units}, requant)) {
    Bytes filled = *channels->data;
    filled.resize(weights.size() * sizeof(thimble_dsp16_channel));
    channels->data = std::make_shared<const Bytes>(std::move(filled));
    const thimble_fully_connected_s16_dsp_params dsp = {params.batches,
                                                        params.depth,
                                                        params.units,
                                                        quads,
                                                        dsp16_is_positive(params.output_min),
                                                        dsp16_is_narrow(params.output_min, params.output_max),
                                                        params.output_min,
                                                        params.output_max};
    call = kernel_call(DSP_KERNEL(thimble_fully_connected_s16_dsp), dsp,
                       {input, constant(0), constant(1), padded, output});
    call.constants = {packed(weights), *channels};
  } else {
    call = kernel_call(DSP_KERNEL(thimble_fully_connected_long_s16_dsp), fully_connected_long_params(params, quads),
                       {input, constant(0), node.optional_in(2), constant(1), padded, output});
    call.constants = {packed(weights), requant};
  }
  if (!whole) call.scratch_bytes = 2 * padded_depth;
  return call;
}

}  // namespace thimble
