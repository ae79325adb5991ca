// DEPTHWISE_CONV_2D for Armv8.1-M's vector instructions.
#pragma once

#include <optional>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, with dilation, with filters larger than 4 x 4, with more output than
/// input channels, and where bits could differ.
std::optional<KernelCall> depthwise_conv_2d_mve(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                                const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
