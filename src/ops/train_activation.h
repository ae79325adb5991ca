// Fused activations in training: outputs are clamped in forward, gradients are cut off in backward.
#pragma once

#include <string>

#include "ops/simd.h"

namespace thimble {

/// An output within [least, most]; the gradient passes only between the two.
struct FusedActivation {
  float least;
  float most;
  bool none() const;
};

/// Of the attribute "activation": NONE, RELU, RELU6, RELU_N1_TO_1. Throws InputError for others.
FusedActivation fused_activation(const std::string& name);

/// y[rows x channels] = clamp(y + bias); bias null: none. Rows lie together.
void add_bias_and_clamp(int rows, int channels, const float* bias, const FusedActivation& activation, float* y);

/// masked[r, c] = gradient[r, c] where y is strictly inside the activation's range, else 0; rows of `masked` lie
/// `stride` floats apart, and floats between `channels` and `stride` become 0. masked may be gradient itself when
/// stride = channels.
void mask_gradient(int rows, int channels, const FusedActivation& activation, const float* y, const float* gradient,
                   float* masked, int stride);

/// sums[c] += the sum over the rows, which lie `stride` floats apart, of values[r, c].
void add_column_sums(int rows, int channels, const float* values, int stride, float* sums);

}  // namespace thimble
