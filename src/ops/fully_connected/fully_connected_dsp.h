// FULLY_CONNECTED for Armv7E-M's DSP instructions.
#pragma once

#include <optional>

#include "ops/fully_connected/fully_connected_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, and where bits could differ.
std::optional<KernelCall> fully_connected_dsp(const NodeView& node, const thimble_fully_connected_params& params,
                                              const KernelConstant& requant, const LowerOptions& options);

/// For an input that arrives in `rows` rows; none as above, and where a row is not a multiple of four inputs.
std::optional<RowSink> fully_connected_dsp_sink(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, int rows, const LowerOptions& options);

/// For 16-bit activations and biases of 64 bits.
std::optional<KernelCall> fully_connected_s16_dsp(const NodeView& node, const thimble_fully_connected_params& params,
                                                  const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
