// FULLY_CONNECTED for Armv8.1-M's vector instructions.
#pragma once

#include <optional>

#include "ops/fully_connected/fully_connected_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, and where bits could differ.
std::optional<KernelCall> fully_connected_mve(const NodeView& node, const thimble_fully_connected_params& params,
                                              const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
