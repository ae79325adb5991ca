// ADD for Armv8.1-M's vector instructions.
#pragma once

#include <optional>

#include "ops/add/add_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, for operands of different shapes, and where bits could differ.
std::optional<KernelCall> add_mve(const NodeView& node, const thimble_add_params& params, const LowerOptions& options);

}  // namespace thimble
