// What lowering to the kernels for 8-bit AVRs (kernel/avr.h) needs.
#pragma once

#include <optional>

#include "kernel/avr.h"
#include "ops/broadcast.h"
#include "ops/dsp.h"

THIMBLE_PARAMS(thimble_avr_pairs, rows, count, step_a, step_b, turn_a, turn_b)

namespace thimble {

/// Of avr-gcc, whose int is 16 bits wide.
inline constexpr std::int32_t kMostAvrArrayBytes = 32767;

/// Whether a node of bytes with constant weights and bias may lower to a kernel for AVRs, which reads them from flash.
bool avr_applies(const NodeView& node, const LowerOptions& options);

/// Whether a node of bytes may lower to a kernel for AVRs that needs no constants.
bool avr_takes_bytes(const NodeView& node, const LowerOptions& options);

/// How inputs 0 and 1, bytes, are walked side by side; none for other targets, and where kernels for AVRs do not apply:
/// shapes that are broadcast in more ways than rows of pairs, zero points that are no bytes.
std::optional<thimble_avr_pairs> avr_pairs(const NodeView& node, const LowerOptions& options);

/// A thimble_avr_channel for each output channel, as a constant; none where a factor is not below 1, or a sum may be
/// too large. `requants` has a factor for each channel, or one for all.
std::optional<KernelConstant> avr_channels(const NodeView& node, const ChannelWeights& weights,
                                           const KernelConstant& requants);

/// The weights of each channel, one channel after the other.
KernelConstant avr_rows(const ChannelWeights& weights);

}  // namespace thimble
