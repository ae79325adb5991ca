// CONV_2D for 8-bit AVRs.
#pragma once

#include <optional>

#include "ops/conv_2d/conv_2d_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None for other targets, with groups, and where bits could differ. `pool`, if not null, is the only reader, of whose
/// outputs each is the maximum over some outputs of `node`; none where it is something else.
std::optional<KernelCall> conv_2d_avr(const NodeView& node, const NodeView* pool, const thimble_conv_2d_params& params,
                                      const KernelConstant& requant, const LowerOptions& options);

}  // namespace thimble
