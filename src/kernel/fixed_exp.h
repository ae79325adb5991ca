/* Exponential, reciprocal, logistic and tanh in fixed point, to the bits of TFLite's reference (gemmlowp's) arithmetic.
 * Qm.n: a 32-bit integer with n fractional bits, sign and m integer bits. */
#ifndef THIMBLE_FIXED_EXP_H
#define THIMBLE_FIXED_EXP_H

#include "kernel/fixed_point.h"

/* x * 2^bits, saturated; bits in [0, 31]. */
static inline int32_t thimble_saturating_shl(int32_t x, int bits) {
  const int32_t limit = (int32_t)(UINT32_C(0x7FFFFFFF) >> bits);
  if (x > limit) return INT32_MAX;
  if (x < -limit - 1) return INT32_MIN;
  return thimble_wrap_shl(x, bits);
}

/* exp(a) for a in [-1/4, 0), Q0.31 to Q0.31: the Taylor series of fourth degree about -1/8. */
static inline int32_t thimble_exp_last_quarter(int32_t a) {
  const int32_t exp_of_minus_eighth = 1895147668;
  const int32_t third = 715827883;
  const int32_t x = thimble_wrap_add(a, INT32_C(1) << 28);
  const int32_t x2 = thimble_high_mul(x, x);
  const int32_t x3 = thimble_high_mul(x2, x);
  const int32_t quarter_x4 = thimble_rounding_shift(thimble_high_mul(x2, x2), 2);
  /* x^2/2 + x^3/6 + x^4/24 = (x^2 + (x^3 + x^4/4) / 3) / 2 */
  const int32_t tail =
      thimble_rounding_shift(thimble_wrap_add(thimble_high_mul(thimble_wrap_add(quarter_x4, x3), third), x2), 1);
  return thimble_wrap_add(exp_of_minus_eighth, thimble_high_mul(exp_of_minus_eighth, thimble_wrap_add(x, tail)));
}

/* exp(a) for a <= 0 in Q(integer_bits).(31 - integer_bits), integer_bits in [1, 5]; Q0.31. The fraction's last quarter
 * is a series; each higher bit of -a multiplies by a constant, exp(-1/4), exp(-1/2), ... exp(-16). */
static inline int32_t thimble_exp_negative(int32_t a, int integer_bits) {
  static const THIMBLE_FLASH int32_t factors[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const int fraction_bits = 31 - integer_bits;
  const int32_t quarter = (int32_t)(UINT32_C(1) << (fraction_bits - 2));
  const int32_t last_quarter = (a & (quarter - 1)) - quarter;
  const int32_t rest = thimble_wrap_sub(last_quarter, a);
  int32_t result = thimble_exp_last_quarter(thimble_saturating_shl(last_quarter, integer_bits));
  if (a == 0) return INT32_MAX;
  for (int i = 0; i < integer_bits + 2; ++i) {
    if (((uint32_t)rest >> (fraction_bits - 2 + i)) & 1u) result = thimble_high_mul(result, factors[i]);
  }
  return result;
}

/* Three steps of Newton's iteration for 1/d with d = (1 + a) / 2 in [1/2, 1], from 48/17 - 32/17 d; a in Q0.31, the
 * result in Q2.29. */
static inline int32_t thimble_newton_reciprocal(int32_t a) {
  const int32_t half_denominator = (int32_t)(((int64_t)a + INT32_MAX + (a >= -INT32_MAX ? 1 : -1)) / 2);
  int32_t x = thimble_wrap_add(1515870810, thimble_high_mul(half_denominator, -1010580540));
  for (int i = 0; i < 3; ++i) {
    const int32_t error = thimble_wrap_sub(INT32_C(1) << 29, thimble_high_mul(half_denominator, x));
    x = thimble_wrap_add(x, thimble_saturating_shl(thimble_high_mul(x, error), 2));
  }
  return x;
}

/* 1 / (1 + a) for a in [0, 1], Q0.31. */
static inline int32_t thimble_one_over_one_plus(int32_t a) {
  return thimble_saturating_shl(thimble_newton_reciprocal(a), 1);
}

/* (1 - a) / (1 + a) for a in [0, 1], Q0.31. */
static inline int32_t thimble_one_minus_over_one_plus(int32_t a) {
  return thimble_saturating_shl(thimble_wrap_sub(thimble_newton_reciprocal(a), INT32_C(1) << 29), 2);
}

/* 1 / (1 + exp(-a)), a in Q4.27, the result in Q0.31. */
static inline int32_t thimble_logistic(int32_t a) {
  const int32_t positive = a > 0 ? a : thimble_wrap_sub(0, a);
  const int32_t result = thimble_one_over_one_plus(thimble_exp_negative(thimble_wrap_sub(0, positive), 4));
  if (a == 0) return INT32_C(1) << 30;
  return a > 0 ? result : thimble_wrap_sub(INT32_MAX, result);
}

/* tanh(a), a in Q4.27, the result in Q0.31. -2|a| in Q5.26 has the bits of -|a| in Q4.27. */
static inline int32_t thimble_tanh(int32_t a) {
  const int32_t negative = a < 0 ? a : thimble_wrap_sub(0, a);
  const int32_t result = thimble_one_minus_over_one_plus(thimble_exp_negative(negative, 5));
  if (a == 0) return 0;
  return a > 0 ? result : thimble_wrap_sub(0, result);
}

/* The number of zero bits above the highest one; 32 for 0. */
static inline int thimble_leading_zeros(uint32_t x) {
  int count = 0;
  if (x == 0) return 32;
  for (int step = 16; step > 0; step /= 2) {
    if (x >> (32 - step) == 0) {
      count += step;
      x <<= step;
    }
  }
  return count;
}

#endif
