#include "ops/fully_connected/fully_connected_avr.h"

#include "ops/avr.h"
#include "ops/fully_connected/fully_connected_avr_kernel.h"
#include "ops/host.h"

THIMBLE_PARAMS(thimble_fully_connected_avr_params, batches, part, depth, units, output_offset, output_min, output_max)

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
  return {p.batches, part, p.depth, p.units, p.output_offset, p.output_min, p.output_max};
}

/// None where the kernels do not apply.
std::optional<KernelConstant> channels_of(const NodeView& node, const thimble_fully_connected_params& params,
                                          const KernelConstant& requant, const LowerOptions& options) {
  const bool fits = params.weights_offset == 0 && params.depth <= INT16_MAX;
  if (!avr_applies(node, options) || !fits) return {};
  return avr_channels(node, weights_of(node, params), requant);
}

}  // namespace

std::optional<KernelCall> fully_connected_avr(const NodeView& node, const thimble_fully_connected_params& params,
                                              const KernelConstant& requant, const LowerOptions& options) {
  const auto channels = channels_of(node, params, requant, options);
  if (!channels) return {};
  KernelCall call = kernel_call(
      AVR_KERNEL(thimble_fully_connected_avr), avr_params(params, params.depth),
      {in(node.input_id(0)), in_flash(in(node.input_id(1))), in_flash(constant(0)), out(node.output_id(0))});
  call.constants = {*channels};
  return call;
}

std::optional<RowSink> fully_connected_avr_sink(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, int rows, const LowerOptions& options) {
  const auto channels = channels_of(node, params, requant, options);
  if (!channels) return {};
  const thimble_fully_connected_avr_params avr = avr_params(params, params.depth / rows);
  RowSink sink;
  sink.begin = kernel_call(AVR_KERNEL(thimble_fully_connected_avr_begin), avr, {in_flash(constant(0)), scratch()});
  sink.row = kernel_call(AVR_KERNEL(thimble_fully_connected_avr_part), avr,
                         {in(node.input_id(0)), in_flash(in(node.input_id(1))), scratch()});
  sink.end = kernel_call(AVR_KERNEL(thimble_fully_connected_avr_end), avr,
                         {scratch(), in_flash(constant(0)), out(node.output_id(0))});
  sink.begin.constants = sink.end.constants = {*channels};
  sink.scratch_bytes = static_cast<std::size_t>(params.units) * sizeof(std::int32_t);
  sink.advancing = 1;
  sink.advance = static_cast<std::size_t>(avr.part);
  return sink;
}

}  // namespace thimble
