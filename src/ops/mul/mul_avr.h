// MUL for 8-bit AVRs.
#pragma once

#include <optional>

#include "ops/mul/mul_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None for other targets, and where bits could differ.
std::optional<KernelCall> mul_avr(const NodeView& node, const thimble_mul_params& params, const LowerOptions& options);

}  // namespace thimble
