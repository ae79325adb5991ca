/* math.h, and what avr-libc lacks of it. */
#ifndef THIMBLE_FLOAT_MATH_H
#define THIMBLE_FLOAT_MATH_H

#include <math.h>

#include "kernel/flash.h"

/* erfc(x) = t exp(-x^2 + P(t)), t = 1 / (1 + |x| / 2): Chebyshev's fit, to 1.2e-7 of the value (Press et al., Numerical
 * Recipes, 6.2). */
static inline float thimble_erfcf(float x) {
  static const THIMBLE_FLASH float kCoefficients[] = {0.17087277f, -0.82215223f, 1.48851587f, -1.13520398f,
                                                      0.27886807f, -0.18628806f, 0.09678418f, 0.37409196f,
                                                      1.00002368f, -1.26551223f};
  const float t = 1.0f / (1.0f + 0.5f * fabsf(x));
  float sum = 0.0f;
  for (int i = 0; i < 10; ++i) sum = sum * t + kCoefficients[i];
  const float positive = t * expf(sum - x * x);
  return x < 0.0f ? 2.0f - positive : positive;
}

/* What rounding took from exp(x), log gives back (Kahan). */
static inline float thimble_expm1f(float x) {
  const float power = expf(x);
  if (power == 1.0f) return x;
  if (power - 1.0f == -1.0f) return -1.0f;
  return (power - 1.0f) * x / logf(power);
}

/* Ties go to the even neighbour. */
static inline float thimble_rintf(float x) {
  const float below = floorf(x), rest = x - below;
  const int is_odd = floorf(below * 0.5f) * 2.0f != below;
  return copysignf(rest > 0.5f || (rest == 0.5f && is_odd) ? below + 1.0f : below, x);
}

#ifdef __AVR__
#define erfcf thimble_erfcf
#define expm1f thimble_expm1f
#define rintf thimble_rintf
#endif

#endif
