#include "ops/softmax/softmax_kernel.h"

#include <math.h>

#include "kernel/fixed_exp.h"
#include "kernel/lut16.h"

THIMBLE_KERNEL void thimble_softmax_f32(const thimble_softmax_f32_params* p, const float* input, float* output) {
  for (int32_t r = 0; r < p->rows; ++r, input += p->depth, output += p->depth) {
    float max = input[0];
    float sum = 0.0f;
    for (int32_t i = 1; i < p->depth; ++i) max = input[i] > max ? input[i] : max;
    for (int32_t i = 0; i < p->depth; ++i) {
      output[i] = expf((input[i] - max) * p->beta);
      sum += output[i];
    }
    for (int32_t i = 0; i < p->depth; ++i) output[i] /= sum;
  }
}

/* exp(difference), Q0.31. */
static inline int32_t thimble_softmax_exp(const thimble_softmax_params* p, int32_t difference) {
  const int32_t scaled = thimble_high_mul(thimble_wrap_shl(difference, p->requant.shift), p->requant.multiplier);
  return thimble_exp_negative(scaled, 5);
}

/* 1 / sum as multiplier * 2^-shift. */
typedef struct {
  int32_t multiplier; /* Q0.31 */
  int shift;
} thimble_softmax_inverse;

/* sum in Q12.19; the result is scaled for an output of `bits`. */
static inline thimble_softmax_inverse thimble_softmax_invert(int32_t sum, int bits) {
  const int headroom = thimble_leading_zeros((uint32_t)sum);
  const uint32_t above_one = headroom < 32 ? ((uint32_t)sum << headroom) - (UINT32_C(1) << 31) : 0;
  thimble_softmax_inverse inverse;
  inverse.multiplier = thimble_one_over_one_plus((int32_t)above_one);
  inverse.shift = 12 - headroom + 31 - bits;
  inverse.shift = (int)thimble_clamp(inverse.shift, 0, 31);
  return inverse;
}

/* The body for one pair of types. */
#define THIMBLE_SOFTMAX(INPUT, OUTPUT, BITS, LOW, HIGH)                                                        \
  for (int32_t r = 0; r < p->rows; ++r, input += p->depth, output += p->depth) {                               \
    INPUT max = input[0];                                                                                      \
    int32_t sum = 0;                                                                                           \
    thimble_softmax_inverse inverse;                                                                           \
    for (int32_t i = 1; i < p->depth; ++i) max = input[i] > max ? input[i] : max;                              \
    for (int32_t i = 0; i < p->depth; ++i) {                                                                   \
      if (input[i] - max < p->diff_min) continue;                                                              \
      sum = thimble_wrap_add(sum, thimble_rounding_shift(thimble_softmax_exp(p, input[i] - max), 12));         \
    }                                                                                                          \
    inverse = thimble_softmax_invert(sum, BITS);                                                               \
    for (int32_t i = 0; i < p->depth; ++i) {                                                                   \
      int32_t y = LOW;                                                                                         \
      if (input[i] - max >= p->diff_min) {                                                                     \
        const int32_t quotient = thimble_high_mul(inverse.multiplier, thimble_softmax_exp(p, input[i] - max)); \
        y = thimble_clamp(thimble_rounding_shift(quotient, inverse.shift) + LOW, LOW, HIGH);                   \
      }                                                                                                        \
      output[i] = (OUTPUT)y;                                                                                   \
    }                                                                                                          \
  }

THIMBLE_KERNEL void thimble_softmax_s8(const thimble_softmax_params* p, const int8_t* input,
                                       int8_t* output){THIMBLE_SOFTMAX(int8_t, int8_t, 8, INT8_MIN, INT8_MAX)}

THIMBLE_KERNEL void thimble_softmax_s8_s16(const thimble_softmax_params* p, const int8_t* input,
                                           int16_t* output){THIMBLE_SOFTMAX(int8_t, int16_t, 16, INT16_MIN, INT16_MAX)}

THIMBLE_KERNEL void thimble_softmax_u8(const thimble_softmax_params* p, const uint8_t* input,
                                       uint8_t* output){THIMBLE_SOFTMAX(uint8_t, uint8_t, 8, 0, UINT8_MAX)}

THIMBLE_KERNEL void thimble_softmax_s16(const thimble_softmax_params* p, const int16_t* input,
                                        const THIMBLE_FLASH int16_t* exp_table,
                                        const THIMBLE_FLASH int16_t* reciprocal_table, int16_t* output) {
  for (int32_t r = 0; r < p->rows; ++r, input += p->depth, output += p->depth) {
    int16_t max = input[0];
    int32_t sum = 0; /* Q16.15 */
    int headroom;
    int32_t position;
    int16_t reciprocal;
    for (int32_t i = 1; i < p->depth; ++i) max = input[i] > max ? input[i] : max;
    for (int32_t i = 0; i < p->depth; ++i) {
      const int32_t scaled = thimble_multiply((int32_t)input[i] - max, p->requant.multiplier, p->requant.shift);
      output[i] =
          thimble_lut16((int16_t)thimble_clamp(thimble_wrap_add(scaled, 32767), INT16_MIN, INT16_MAX), exp_table);
      sum = thimble_wrap_add(sum, output[i]);
    }
    headroom = thimble_leading_zeros((uint32_t)sum);
    if (headroom < 1) headroom = 1;
    if (headroom > 30) headroom = 30;
    position = (int32_t)((((int64_t)((uint64_t)sum << (headroom - 1))) + (1 << 13)) >> 14);
    reciprocal =
        thimble_lut16((int16_t)thimble_clamp(position - (INT32_C(1) << 15) - (INT32_C(1) << 16), INT16_MIN, INT16_MAX),
                      reciprocal_table);
    for (int32_t i = 0; i < p->depth; ++i) {
      const int shift = 31 - headroom;
      const int32_t quotient = (int32_t)(((int64_t)output[i] * reciprocal + ((int64_t)1 << (shift - 1))) >> shift);
      output[i] = (int16_t)thimble_clamp(quotient, 0, INT16_MAX);
    }
  }
}
