#include "ops/l2_normalization/l2_normalization_kernel.h"

#include <math.h>

#include "kernel/fixed_exp.h"

THIMBLE_KERNEL void thimble_l2_normalization_f32(const thimble_l2_normalization_params* p, const float* input,
                                                 float* output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->depth, output += p->depth) {
    float sum = 0.0f;
    for (int32_t i = 0; i < p->depth; ++i) sum += input[i] * input[i];
    const float norm = sqrtf(sum);
    for (int32_t i = 0; i < p->depth; ++i) output[i] = input[i] / (norm < 1e-6f ? 1e-6f : norm);
  }
}

/* Five steps of Newton's iteration for 1 / sqrt(x), x in [1/2, 2) in Q3.28, from 1; Q3.28. */
static inline int32_t thimble_l2_normalization_newton(int32_t x) {
  const int32_t half_x = thimble_rounding_shift(x, 1);
  int32_t y = INT32_C(1) << 28;
  for (int i = 0; i < 5; ++i) {
    const int32_t y3 = thimble_saturating_shl(thimble_high_mul(thimble_high_mul(y, y), y), 6);
    const int32_t three_halves = thimble_high_mul((INT32_C(1) << 28) + (INT32_C(1) << 27), y);
    y = thimble_saturating_shl(thimble_wrap_sub(three_halves, thimble_high_mul(half_x, y3)), 3);
  }
  return y;
}

/* 1 / sqrt(sum); of 0, 1. */
static inline thimble_requant thimble_l2_normalization_inverse(int32_t sum) {
  thimble_requant result = {INT32_MAX, 0};
  int32_t shift = 11;
  if (sum <= 1) return result;
  for (; sum >= INT32_C(1) << 29; sum /= 4) ++shift;
  const int pairs = (thimble_leading_zeros((uint32_t)sum) - 1) / 2 - 1;
  shift -= pairs;
  result.multiplier =
      thimble_high_mul(thimble_l2_normalization_newton(thimble_wrap_shl(sum, 2 * pairs) >> 1), 1518500250);
  if (shift < 0) {
    result.multiplier = thimble_wrap_shl(result.multiplier, -shift);
    shift = 0;
  }
  result.shift = -shift;
  return result;
}

THIMBLE_KERNEL void thimble_l2_normalization_s8(const thimble_l2_normalization_params* p, const int8_t* input,
                                                int8_t* output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->depth, output += p->depth) {
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; ++i) {
      sum = thimble_wrap_add(sum, (input[i] + p->input_offset) * (input[i] + p->input_offset));
    }
    const thimble_requant inverse = thimble_l2_normalization_inverse(sum);
    for (int32_t i = 0; i < p->depth; ++i) {
      const int32_t y = thimble_multiply(input[i] + p->input_offset, inverse.multiplier, inverse.shift + 7);
      output[i] = (int8_t)thimble_clamp(y, INT8_MIN, INT8_MAX);
    }
  }
}

THIMBLE_KERNEL void thimble_l2_normalization_u8(const thimble_l2_normalization_params* p, const uint8_t* input,
                                                uint8_t* output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->depth, output += p->depth) {
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; ++i) {
      sum = thimble_wrap_add(sum, (input[i] + p->input_offset) * (input[i] + p->input_offset));
    }
    const thimble_requant inverse = thimble_l2_normalization_inverse(sum);
    for (int32_t i = 0; i < p->depth; ++i) {
      const int32_t y = thimble_multiply(128 * (input[i] + p->input_offset), inverse.multiplier, inverse.shift);
      output[i] = (uint8_t)thimble_clamp(y + 128, 0, UINT8_MAX);
    }
  }
}
