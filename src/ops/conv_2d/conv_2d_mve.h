// CONV_2D for Armv8.1-M's vector instructions.
#pragma once

#include <optional>

#include "ops/conv_2d/conv_2d_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, with groups, and where bits could differ.
std::optional<KernelCall> conv_2d_mve(const NodeView& node, const thimble_conv_2d_params& params,
                                      const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
