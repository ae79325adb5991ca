// What the kernels of CONV_2D for a CPU ask of its window.
#pragma once

#include "ops/op.h"
#include "ops/window.h"

namespace thimble {

/// One pixel, that moves by one.
bool conv_2d_is_pointwise(const thimble_window& window);

/// All pixels of a pointwise convolution as one row: fewer of them are left over.
thimble_window conv_2d_as_row(thimble_window window);

/// Whether the output fits into the input's place, row by row, nothing else reads the input, and a window's rows are
/// but few of all: then the kernel copies them, to write over them.
bool conv_2d_pays_to_copy(const NodeView& node, const thimble_window& window);

/// A filter of 3 x 3 over one channel, that moves by one.
bool conv_2d_is_3x3_of_one_channel(const thimble_window& window);

/// Whether `pool` takes the maximum over 2 x 2 outputs of `window` that do not overlap, and nothing else.
bool conv_2d_is_pooled_2x2(const NodeView& pool, const thimble_window& window);

}  // namespace thimble
