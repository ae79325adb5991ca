/* Softmax over the innermost dimension. */
#ifndef THIMBLE_SOFTMAX_KERNEL_H
#define THIMBLE_SOFTMAX_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t rows, depth;
  float beta;
} thimble_softmax_f32_params;

typedef struct {
  int32_t rows, depth;
  thimble_requant requant; /* of differences to the maximum: to Q5.26, or, for 16 bits, to 65535/10ths */
  int32_t diff_min;        /* 8 bits: what lies this far below the maximum, or farther, counts as 0 */
} thimble_softmax_params;

THIMBLE_KERNEL void thimble_softmax_f32(const thimble_softmax_f32_params* p, const float* input, float* output);

/* Output scale 1/256, zero point -128; for 16 bits 1/65536, -32768. */
THIMBLE_KERNEL void thimble_softmax_s8(const thimble_softmax_params* p, const int8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_softmax_s8_s16(const thimble_softmax_params* p, const int8_t* input, int16_t* output);
/* Output scale 1/256, zero point 0. */
THIMBLE_KERNEL void thimble_softmax_u8(const thimble_softmax_params* p, const uint8_t* input, uint8_t* output);

/* exp_table [513]: exp(x) for x in [-10, 0]; reciprocal_table [513]: 1 / (1 + x) for x in [0, 1]. Output scale 1/32768,
 * zero point 0. */
THIMBLE_KERNEL void thimble_softmax_s16(const thimble_softmax_params* p, const int16_t* input,
                                        const THIMBLE_FLASH int16_t* exp_table,
                                        const THIMBLE_FLASH int16_t* reciprocal_table, int16_t* output);

THIMBLE_END

#endif
