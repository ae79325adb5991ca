// Padding around a tensor, as a constant input lists it.
#pragma once

#include "ops/op.h"

namespace thimble {

struct Padding {
  int before;
  int after;
};

/// The paddings of each dimension of input 0, as the constant input `index` [rank, 2] lists them. Throws InputError
/// when they are too few, negative or too large.
std::vector<Padding> paddings_of(const NodeView& node, int index);

/// `shape` with the paddings around it.
Shape padded_shape(const Shape& shape, const std::vector<Padding>& paddings);

}  // namespace thimble
