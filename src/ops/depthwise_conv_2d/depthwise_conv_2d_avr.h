// DEPTHWISE_CONV_2D for 8-bit AVRs.
#pragma once

#include <optional>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None for other targets, and where bits could differ.
std::optional<KernelCall> depthwise_conv_2d_avr(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                                const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
