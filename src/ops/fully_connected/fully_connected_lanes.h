// FULLY_CONNECTED where a CPU multiplies 32 bits at a time.
#pragma once

#include <optional>

#include "ops/fully_connected/fully_connected_kernel.h"
#include "ops/op.h"

namespace thimble {

/// Two weights in the lanes of a word where that pays, or four units at a time. None for other targets, and where bits
/// could differ.
std::optional<KernelCall> fully_connected_lanes(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
