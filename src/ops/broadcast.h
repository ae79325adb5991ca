// Shape inference and lowering that operators of two broadcast operands share.
#pragma once

#include "kernel/broadcast.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_broadcast, size, stride_a, stride_b)

namespace thimble {

/// The shape of an elementwise result: dimensions, aligned at the innermost, must be equal or 1. Throws InputError.
Shape broadcast_shape(const Shape& a, const Shape& b);

/// One of nested loops over a broadcast result: how often, and how far each operand moves on, in elements; 0: it is
/// repeated.
struct BroadcastLoop {
  int size;
  std::vector<std::int32_t> steps;
};

/// The loops over a result of shape `output`, to which each operand's shape must broadcast, the innermost last. Loops
/// of one step are left out, and neighbours merged that all operands walk in the same way.
std::vector<BroadcastLoop> broadcast_loops(const std::vector<Shape>& operands, const Shape& output);

/// How operands of these shapes are walked to make a result of their broadcast shape; dimensions that can be walked as
/// one are merged. Throws InputError when more than six remain.
thimble_broadcast broadcast_of(const Shape& a, const Shape& b);
/// The same for inputs 0 and 1 of `node`.
inline thimble_broadcast broadcast_of(const NodeView& node) {
  return broadcast_of(node.input(0).shape, node.input(1).shape);
}

/// Inputs 0 and 1, where output 0 has as many elements of the same size: an elementwise kernel may write over them.
std::vector<TensorId> overwritable_inputs(const NodeView& node);

}  // namespace thimble
