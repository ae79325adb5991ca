/* Logistic and tanh of 16-bit fixed-point numbers, to the bits of gemmlowp's arithmetic, which LiteRT's LSTM uses
 * (TFLM's takes kernel/sigmoid16.h). Qm.n: a 16-bit integer with n fractional bits, sign and m integer bits. The
 * formulas are those of kernel/fixed_exp.h; each constant there is rounded to its upper 16 bits here. */
#ifndef THIMBLE_FIXED_EXP16_H
#define THIMBLE_FIXED_EXP16_H

#include "kernel/fixed_point.h"

/* round(a * b / 2^15), ties towards positive infinity. Saturates for a = b = -2^15. */
static inline int16_t thimble_high_mul16(int16_t a, int16_t b) {
  const int32_t product = ((int32_t)a * b + (INT32_C(1) << 14)) >> 15;
  return (int16_t)(product > INT16_MAX ? INT16_MAX : product);
}

static inline int16_t thimble_saturate16(int32_t x) { return (int16_t)thimble_clamp(x, INT16_MIN, INT16_MAX); }

/* exp(a) for a in [-1/4, 0), Q0.15 to Q0.15. */
static inline int16_t thimble_exp16_last_quarter(int16_t a) {
  const int16_t exp_of_minus_eighth = 28918, third = 10923;
  const int16_t x = (int16_t)(a + (1 << 12));
  const int16_t x2 = thimble_high_mul16(x, x);
  const int16_t x3 = thimble_high_mul16(x2, x);
  const int16_t quarter_x4 = (int16_t)thimble_rounding_shift(thimble_high_mul16(x2, x2), 2);
  const int16_t tail =
      (int16_t)thimble_rounding_shift((int32_t)thimble_high_mul16((int16_t)(quarter_x4 + x3), third) + x2, 1);
  return thimble_saturate16((int32_t)exp_of_minus_eighth +
                            thimble_high_mul16(exp_of_minus_eighth, (int16_t)(x + tail)));
}

/* exp(a) for a <= 0 in Q(integer_bits).(15 - integer_bits), integer_bits in [1, 7]; Q0.15. */
static inline int16_t thimble_exp16_negative(int16_t a, int32_t integer_bits) {
  static const THIMBLE_FLASH int16_t factors[7] = {25520, 19875, 12055, 4435, 600, 11, 0};
  const int32_t fraction_bits = 15 - integer_bits;
  const int32_t quarter = INT32_C(1) << (fraction_bits - 2);
  const int32_t last_quarter = (a & (quarter - 1)) - quarter;
  const uint32_t rest = (uint32_t)(last_quarter - a);
  int16_t result = thimble_exp16_last_quarter(thimble_saturate16(last_quarter * (INT32_C(1) << integer_bits)));
  if (a == 0) return INT16_MAX;
  if (integer_bits > 5 && a < -(INT32_C(32) << fraction_bits)) return 0;
  for (int32_t i = 0; i < 7 && i < integer_bits + 2; ++i) {
    if ((rest >> (fraction_bits - 2 + i)) & 1u) result = thimble_high_mul16(result, factors[i]);
  }
  return result;
}

/* 1/d with d = (1 + a) / 2 in [1/2, 1]; a in Q0.15, the result in Q2.13. */
static inline int16_t thimble_newton_reciprocal16(int16_t a) {
  const int32_t sum = (int32_t)a + INT16_MAX;
  const int16_t half_denominator = (int16_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
  int16_t x = (int16_t)(23130 + thimble_high_mul16(half_denominator, -15420));
  for (int32_t i = 0; i < 3; ++i) {
    const int16_t error = (int16_t)((1 << 13) - thimble_high_mul16(half_denominator, x));
    x = (int16_t)(x + thimble_saturate16(INT32_C(4) * thimble_high_mul16(x, error)));
  }
  return x;
}

/* 1 / (1 + exp(-a)), a in Q3.12, the result in Q0.15. */
static inline int16_t thimble_logistic16(int16_t a) {
  const int16_t negative = a > 0 ? (int16_t)-a : a;
  const int16_t result =
      thimble_saturate16(INT32_C(2) * thimble_newton_reciprocal16(thimble_exp16_negative(negative, 3)));
  if (a == 0) return 1 << 14;
  return a > 0 ? result : (int16_t)(INT16_MAX - result);
}

/* tanh(a), a in Q(integer_bits).(15 - integer_bits), integer_bits in [0, 6], the result in Q0.15. -2|a| has the bits of
 * -|a| with one integer bit more. */
static inline int16_t thimble_tanh_fixed16(int16_t a, int32_t integer_bits) {
  const int16_t negative = a < 0 ? a : (int16_t)-a;
  const int16_t reciprocal = thimble_newton_reciprocal16(thimble_exp16_negative(negative, integer_bits + 1));
  const int16_t result = thimble_saturate16(INT32_C(4) * (reciprocal - (1 << 13)));
  if (a == 0) return 0;
  return (int16_t)(a > 0 ? result : -result);
}

#endif
