// What lowering to the kernels for 8-bit AVRs (kernel/avr.h) needs.
#pragma once

#include <optional>

#include "kernel/avr.h"
#include "ops/dsp.h"

namespace thimble {

/// Whether a node of bytes with constant weights and bias may lower to a kernel for AVRs, which reads them from flash.
bool avr_applies(const NodeView& node, const LowerOptions& options);

/// A thimble_avr_channel for each output channel, as a constant; none where a factor is not below 1, or a sum may be
/// too large. `requants` has a factor for each channel, or one for all.
std::optional<KernelConstant> avr_channels(const NodeView& node, const ChannelWeights& weights,
                                           const KernelConstant& requants);

/// The weights of each channel, one channel after the other.
KernelConstant avr_rows(const ChannelWeights& weights);

}  // namespace thimble
