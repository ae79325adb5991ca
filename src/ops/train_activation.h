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

/// g where low < y < high, else 0.
template <typename I>
THIMBLE_INLINE typename I::Vector inside_or_zero(const typename I::Vector& y, const typename I::Vector& low,
                                                 const typename I::Vector& high, const typename I::Vector& g) {
#if defined(__x86_64__) && !defined(__clang__)
  if constexpr (I::kLanes == 16) {  // GCC 12 compares so many lane by lane
    typename I::Vector masked;
    asm("vcmpltps %1, %2, %%k1\n\tvcmpltps %3, %1, %%k1%{%%k1%}\n\tvmovaps %4, %0%{%%k1%}%{z%}"
        : "=v"(masked)
        : "v"(y), "v"(low), "v"(high), "v"(g)
        : "k1");
    return masked;
  }
#endif
  using Part = typename I::Comparing;
  constexpr int kParts = I::kLanes / Part::kLanes;
  typename Part::Vector values[kParts], result[kParts], least[kParts], most[kParts];
  __builtin_memcpy(values, &y, sizeof y);
  __builtin_memcpy(result, &g, sizeof g);
  __builtin_memcpy(least, &low, sizeof y);
  __builtin_memcpy(most, &high, sizeof y);
  for (int i = 0; i < kParts; ++i) {
    result[i] = values[i] > least[i] ? result[i] : typename Part::Vector{};
    result[i] = values[i] < most[i] ? result[i] : typename Part::Vector{};
  }
  typename I::Vector masked;
  __builtin_memcpy(&masked, result, sizeof masked);
  return masked;
}

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
