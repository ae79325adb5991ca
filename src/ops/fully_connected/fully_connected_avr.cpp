#include "ops/fully_connected/fully_connected_avr.h"

#include <algorithm>

#include "ops/avr.h"
#include "ops/fully_connected/fully_connected_avr_kernel.h"
#include "ops/host.h"

THIMBLE_PARAMS(thimble_fully_connected_avr_params, batches, part, depth, units, first, output_offset, output_min,
               output_max)

#define AVR_KERNEL(function) #function, "ops/fully_connected/fully_connected_avr_kernel", &function

namespace thimble {
namespace {

ChannelWeights weights_of(const NodeView& node, const thimble_fully_connected_params& params) {
  const auto data = contents(node, 1);
  ChannelWeights weights;
  for (int u = 0; u < params.units; ++u) {
    const std::int8_t* row = as<std::int8_t>(data) + std::ptrdiff_t{u} * params.depth;
    weights.emplace_back(row, row + params.depth);
  }
  return weights;
}

thimble_fully_connected_avr_params avr_params(const thimble_fully_connected_params& p, int part) {
  return {p.batches, part, p.depth, p.units, 0, p.output_offset, p.output_min, p.output_max};
}

/// None where the kernels do not apply.
std::optional<KernelConstant> channels_of(const NodeView& node, const thimble_fully_connected_params& params,
                                          const KernelConstant& requant, const LowerOptions& options) {
  const bool fits = params.weights_offset == 0 && params.depth <= INT16_MAX;
  if (!avr_applies(node, options) || !fits) return {};
  return avr_channels(node, weights_of(node, params), requant);
}

/// Of units `first` on: weights are the call's own, and so is the part of `channels`.
KernelCall part_call(const NodeView& node, thimble_fully_connected_avr_params params, std::int32_t first,
                     std::int32_t units, const KernelConstant& channels) {
  const auto slice = [&](const Bytes& data, std::size_t unit_bytes) {
    const auto begin = data.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(first) * unit_bytes);
    return std::make_shared<const Bytes>(
        begin, begin + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(units) * unit_bytes));
  };
  params.first = first;
  params.units = units;
  KernelCall call =
      kernel_call(AVR_KERNEL(thimble_fully_connected_avr), params,
                  {in(node.input_id(0)), in_far_flash(constant(0)), in_flash(constant(1)), out(node.output_id(0))});
  call.constants = {{"weights", Type::kInt8, slice(*node.input(1).data, static_cast<std::size_t>(params.depth))},
                    {"channels", Type::kInt32, slice(*channels.data, sizeof(thimble_avr_channel))}};
  return call;
}

}  // namespace

std::vector<KernelCall> fully_connected_avr(const NodeView& node, const thimble_fully_connected_params& params,
                                            const KernelConstant& requant, const LowerOptions& options) {
  const auto channels = channels_of(node, params, requant, options);
  if (!channels) return {};
  const std::int32_t most_units = kMostAvrArrayBytes / std::max<std::int32_t>(1, params.depth);
  if (params.units > most_units && most_units > 0 && params.batches == 1) {
    std::vector<KernelCall> calls;
    for (std::int32_t first = 0; first < params.units; first += most_units) {
      const std::int32_t units = std::min(most_units, params.units - first);
      calls.push_back(part_call(node, avr_params(params, params.depth), first, units, *channels));
    }
    return calls;
  }
  KernelCall call = kernel_call(
      AVR_KERNEL(thimble_fully_connected_avr), avr_params(params, params.depth),
      {in(node.input_id(0)), in_far_flash(in(node.input_id(1))), in_flash(constant(0)), out(node.output_id(0))});
  call.constants = {*channels};
  return {call};
}

std::optional<RowSink> fully_connected_avr_sink(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, int rows, const LowerOptions& options) {
  if (std::int64_t{params.units} * params.depth > kMostAvrArrayBytes) return {};
  const auto channels = channels_of(node, params, requant, options);
  if (!channels) return {};
  const thimble_fully_connected_avr_params avr = avr_params(params, params.depth / rows);
  RowSink sink;
  sink.begin = kernel_call(AVR_KERNEL(thimble_fully_connected_avr_begin), avr, {in_flash(constant(0)), scratch()});
  sink.row = kernel_call(AVR_KERNEL(thimble_fully_connected_avr_part), avr,
                         {in(node.input_id(0)), in_far_flash(in(node.input_id(1))), scratch()});
  sink.end = kernel_call(AVR_KERNEL(thimble_fully_connected_avr_end), avr,
                         {scratch(), in_flash(constant(0)), out(node.output_id(0))});
  sink.begin.constants = sink.end.constants = {*channels};
  sink.scratch_bytes = static_cast<std::size_t>(params.units) * sizeof(std::int32_t);
  sink.advancing = 1;
  sink.advance = static_cast<std::size_t>(avr.part);
  return sink;
}

}  // namespace thimble
