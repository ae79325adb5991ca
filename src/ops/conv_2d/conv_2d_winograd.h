// 3x3 convolutions of stride 1 in training by Winograd's minimal filtering F(2x2, 3x3), as Lavin and Gray have it (Fast
// Algorithms for Convolutional Neural Networks, 2015): 16 products make four outputs, in place of 36.
#pragma once

#include <optional>

#include "ops/op.h"

namespace thimble {

/// None where the convolution is another one, its output has an odd number of rows or columns, or so few channels that
/// it does not pay.
std::optional<TrainCall> compile_winograd(const NodeView& node);

}  // namespace thimble
