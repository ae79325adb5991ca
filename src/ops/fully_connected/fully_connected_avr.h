// FULLY_CONNECTED for 8-bit AVRs.
#pragma once

#include <optional>

#include "ops/fully_connected/fully_connected_kernel.h"
#include "ops/op.h"

namespace thimble {

/// None for other targets, and where bits could differ. Several calls for more weights than an array may have there.
std::vector<KernelCall> fully_connected_avr(const NodeView& node, const thimble_fully_connected_params& params,
                                            const KernelConstant& requant, const LowerOptions& options);

/// The same for an input that arrives in `rows` equal parts.
std::optional<RowSink> fully_connected_avr_sink(const NodeView& node, const thimble_fully_connected_params& params,
                                                const KernelConstant& requant, int rows, const LowerOptions& options);

}  // namespace thimble
