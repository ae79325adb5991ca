// Functions of whole vectors for training (ops/simd.h): within a few units in the last place of libm's. I is an Isa of
// at most 8 lanes, for which comparisons are vectors.
#pragma once

#include <cstdint>

#include "ops/simd.h"

namespace thimble {

template <typename I>
THIMBLE_INLINE typename I::Vector exp_lanes(const typename I::Vector& given) {
  using Vector = typename I::Vector;
  typedef std::int32_t Integers __attribute__((vector_size(I::kLanes * sizeof(float))));
  const Vector least = I::all(-87.0f), most = I::all(88.0f);
  Vector x = given < least ? least : given;
  x = x > most ? most : x;
  // x = n * ln 2 + r, with ln 2 in two parts; n is rounded by adding 1.5 * 2^23.
  const Vector magic = I::all(12582912.0f);
  const Vector shifted = x * 1.44269504088896341f + magic;
  const Vector n = shifted - magic;
  const Vector r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  // The series up to r^7 / 7!, |r| <= ln 2 / 2.
  Vector p = r * (1.0f / 5040) + (1.0f / 720);
  p = p * r + (1.0f / 120);
  p = p * r + (1.0f / 24);
  p = p * r + (1.0f / 6);
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  Integers exponent = (Integers)shifted;  // the same bits: n is in the lowest ones
  exponent = (exponent + (127 - 0x4b400000)) << 23;
  return p * (Vector)exponent;
}

template <typename I>
THIMBLE_INLINE typename I::Vector logistic_lanes(const typename I::Vector& x) {
  return 1.0f / (1.0f + exp_lanes<I>(-x));
}

template <typename I>
THIMBLE_INLINE typename I::Vector tanh_lanes(const typename I::Vector& x) {
  using Vector = typename I::Vector;
  const Vector size = x < Vector{} ? -x : x;
  const Vector far = 1.0f - 2.0f / (exp_lanes<I>(2.0f * size) + 1.0f);
  // Near 0 the difference above would lose digits: the series up to x^9.
  const Vector square = size * size;
  Vector series = square * (62.0f / 2835) - (17.0f / 315);
  series = series * square + (2.0f / 15);
  series = series * square - (1.0f / 3);
  series = size + size * square * series;
  const Vector result = size < I::all(0.25f) ? series : far;
  return x < Vector{} ? -result : result;
}

}  // namespace thimble
