/* 1 / sqrt(x). 8-bit tensors use a table (kernel/lut.h). */
#ifndef THIMBLE_RSQRT_KERNEL_H
#define THIMBLE_RSQRT_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/fixed_exp.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count;
  int32_t input_offset;    /* minus the input's zero point */
  thimble_requant requant; /* 1 / (sqrt(input scale) * output scale), times 2^-20 */
  int32_t output_offset;   /* the output's zero point */
  int32_t output_max;      /* what inputs of 0 or less give */
} thimble_rsqrt_params;

/* 1 / sqrt(x) for an integer x > 0, as TFLite has it: Newton's iteration for x scaled into [1/2, 2) in Q3.28, from 1,
 * y = y (3 - x y^2) / 2, five times; then the power of two that is left. */
static inline thimble_requant thimble_inverse_sqrt(int32_t x) {
  const int32_t three_halves = (INT32_C(1) << 28) + (INT32_C(1) << 27);
  const int pairs = (thimble_leading_zeros((uint32_t)x) - 1) / 2 - 1;
  const int32_t half = thimble_rounding_shift(thimble_wrap_shl(x, 2 * pairs) >> 1, 1);
  int32_t y = INT32_C(1) << 28;
  thimble_requant result = {INT32_MAX, 0};
  if (x == 1) return result;
  for (int i = 0; i < 5; ++i) {
    const int32_t cube = thimble_saturating_shl(thimble_high_mul(thimble_high_mul(y, y), y), 6);
    y = thimble_saturating_shl(thimble_wrap_sub(thimble_high_mul(three_halves, y), thimble_high_mul(half, cube)), 3);
  }
  y = thimble_high_mul(y, 1518500250); /* sqrt(1/2) */
  result.multiplier = pairs > 11 ? thimble_wrap_shl(y, pairs - 11) : y;
  result.shift = pairs > 11 ? 0 : pairs - 11;
  return result;
}

/* The output of the stored value q. */
static inline int32_t thimble_rsqrt_element(const thimble_rsqrt_params* p, int32_t q) {
  const int32_t x = q + p->input_offset;
  if (x <= 0) return p->output_max;
  const thimble_requant inverse = thimble_inverse_sqrt(x);
  const int32_t fraction = thimble_multiply(1, inverse.multiplier, inverse.shift + 20);
  return thimble_wrap_add(thimble_multiply(fraction, p->requant.multiplier, p->requant.shift), p->output_offset);
}

THIMBLE_KERNEL void thimble_rsqrt_f32(const thimble_elementwise_params* p, const float* input, float* output);
THIMBLE_KERNEL void thimble_rsqrt_s16(const thimble_rsqrt_params* p, const int16_t* input, int16_t* output);

THIMBLE_END

#endif
