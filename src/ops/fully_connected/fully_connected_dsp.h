// FULLY_CONNECTED for Armv7E-M's DSP instructions.
#pragma once

#include <optional>

#include "ops/fully_connected/fully_connected_kernel.h"
#include "ops/fully_connected/fully_connected_long_kernel.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_fully_connected_long_params, batches, depth, units, steps, per_channel, output_min, output_max)

namespace thimble {

/// None when the target lacks the instructions, and where bits could differ.
std::optional<KernelCall> fully_connected_dsp(const NodeView& node, const thimble_fully_connected_params& params,
                                              const KernelConstant& requant, const LowerOptions& options);

/// For an input that arrives in `rows` rows; none as above, and where a row is not a multiple of four inputs.
std::optional<RowSink> fully_connected_dsp_sink(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, int rows, const LowerOptions& options);

/// The parameters of the kernels for 16-bit activations whose sums may pass 32 bits.
inline thimble_fully_connected_long_params fully_connected_long_params(const thimble_fully_connected_params& params,
                                                                       std::int32_t steps) {
  return {params.batches, params.depth, params.units, steps, params.per_channel, params.output_min, params.output_max};
}

/// For 16-bit activations and biases of 64 bits.
std::optional<KernelCall> fully_connected_s16_dsp(const NodeView& node, const thimble_fully_connected_params& params,
                                                  const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
