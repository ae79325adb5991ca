// CONV_2D for Armv8.1-M's vector instructions.
#pragma once

#include <optional>

#include "ops/conv_2d/conv_2d_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, with groups, and where bits could differ.
std::optional<KernelCall> conv_2d_mve(const NodeView& node, const thimble_conv_2d_params& params,
                                      const KernelConstant& requant, const LowerOptions& options);

/// A convolution of 3 x 3 over one channel, and the maximum over 2 x 2 of its outputs that `next` takes; otherwise
/// none.
std::optional<KernelCall> conv_2d_pool_mve(const NodeView& node, const NodeView& next,
                                           const thimble_conv_2d_params& params, const KernelConstant& requant,
                                           const LowerOptions& options);

}  // namespace thimble
