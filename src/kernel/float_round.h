/* Rounding of floats to integers, without libm and without C's undefined conversions. */
#ifndef THIMBLE_FLOAT_ROUND_H
#define THIMBLE_FLOAT_ROUND_H

#include <stdint.h>

/* The nearest integer, ties away from zero; values beyond +-2^30 become +-2^30, NaN becomes 0. */
static inline int32_t thimble_round(float x) {
  const float limit = 1073741824.0f;
  if (x != x) return 0;
  if (x >= limit) return INT32_C(1) << 30;
  if (x <= -limit) return -(INT32_C(1) << 30);
  const int32_t whole = (int32_t)x;
  const float rest = x - (float)whole; /* exact */
  return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
}

#endif
