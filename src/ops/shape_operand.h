// Shapes that an input gives.
#pragma once

#include "ops/op.h"

namespace thimble {

/// The shape that input `index` lists. When that input is computed, the file's word for output 0 counts: a pass may
/// make it constant later. Throws InputError when there is neither, or a dimension is negative or too large.
Shape shape_operand(const NodeView& node, int index);

}  // namespace thimble
