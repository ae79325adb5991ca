// ADD for 8-bit AVRs.
#pragma once

#include <optional>

#include "ops/add/add_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None for other targets, for operands of different shapes, and where bits could differ.
std::optional<KernelCall> add_avr(const NodeView& node, const thimble_add_params& params, const LowerOptions& options);

}  // namespace thimble
