// The front of a small image classifier in one call of training: a 3x3 convolution, the maximum over 2x2 of its outputs
// and a dense layer. Of four outputs of the convolution only the greatest is ever written, and only that one has a
// gradient, so backward has a quarter of the products.
//
// Activations are interleaved, [elements][16 samples]: whole vectors hold the same element of different samples,
// whatever the number of channels, and nothing moves between lanes. The work is cut by places of the image, not by
// samples: a thread keeps its part of the dense layer's weights, of their gradients and of the optimizer's state in its
// cache. What the parts make of a sample is added up in a fixed order, by a call of its own.
#pragma once

#include <optional>

#include "ops/op.h"

namespace thimble {

/// TrainKernels::compile_front of CONV_2D: `chain` is the convolution, its maximum, a dense layer.
std::optional<TrainFront> compile_conv_pool_dense(std::span<const NodeView> chain, int batch);

}  // namespace thimble
