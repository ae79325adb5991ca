// What lowering layers of 16-bit activations to the kernels for Armv7E-M's DSP instructions (kernel/dsp16.h) needs.
#pragma once

#include <optional>

#include "kernel/dsp16.h"
#include "ops/dsp.h"
#include "ops/op.h"

namespace thimble {

/// Whether a node is of 16-bit activations, 8-bit weights and biases of 64 bits, those constant, without zero points.
bool is_int16x8(const NodeView& node);

/// Whether such a node may lower to such a kernel.
inline bool dsp16_applies(const NodeView& node, const LowerOptions& options) {
  return has_dsp_kernels(options) && is_int16x8(node);
}

/// Whether the target's form lays elements down in words (Cortex-M3; THIMBLE_DSP16_QUAD_WORDS).
inline bool dsp16_takes_words(const LowerOptions& options) {
  return options.features.lanes && options.features.multiply_add;
}

/// A thimble_dsp16_channel for each output channel, as a constant; none where a factor has no such form (0.25 or more),
/// or a sum may not fit 32 bits. `requants` has a factor for each channel, or one for all.
std::optional<KernelConstant> dsp16_channels(const NodeView& node, std::span<const std::vector<std::int8_t>> weights,
                                             const KernelConstant& requants);

/// Whether an output's range is that of a ReLU: 1 or 0.
inline int dsp16_is_positive(int output_min) { return output_min >= 0 ? 1 : 0; }

/// Whether saturating is not enough, to 16 bits or, for a ReLU, to the positive ones: 1 or 0.
inline int dsp16_is_narrow(int output_min, int output_max) {
  return (output_min != -32768 && output_min != 0) || output_max < 32767 ? 1 : 0;
}

/// The weights of each channel filled up with zeros to a multiple of four, in the order 0, 2, 1, 3 of each four; one
/// channel after the other.
KernelConstant dsp16_rows(const ChannelWeights& weights);

}  // namespace thimble
