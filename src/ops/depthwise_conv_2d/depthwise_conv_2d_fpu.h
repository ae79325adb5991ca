// DEPTHWISE_CONV_2D of floats for floating-point units.
#pragma once

#include <optional>

#include "ops/fpu.h"

namespace thimble {

/// None when the target lacks a floating-point unit, with more output than input channels, and with fewer than four.
std::optional<KernelCall> depthwise_conv_2d_fpu(const NodeView& node, const thimble_window& window,
                                                const FloatRange& range, const LowerOptions& options);

}  // namespace thimble
