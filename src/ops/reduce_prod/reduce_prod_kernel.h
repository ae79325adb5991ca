/* Product over some dimensions; of none, 1. */
#ifndef THIMBLE_REDUCE_PROD_KERNEL_H
#define THIMBLE_REDUCE_PROD_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/reduction.h"

THIMBLE_BEGIN

typedef struct {
  thimble_reduction reduction;
  int32_t input_offset;    /* minus the input's zero point */
  thimble_requant requant; /* input scale / nth root of the output scale, n inputs for one output: applied n times */
  int32_t output_offset;   /* the output's zero point */
} thimble_reduce_prod_params;

THIMBLE_KERNEL void thimble_reduce_prod_f32(const thimble_reduction* p, const float* input, float* output);
/* These wrap around. */
THIMBLE_KERNEL void thimble_reduce_prod_s32(const thimble_reduction* p, const int32_t* input, int32_t* output);
THIMBLE_KERNEL void thimble_reduce_prod_s64(const thimble_reduction* p, const int64_t* input, int64_t* output);
THIMBLE_KERNEL void thimble_reduce_prod_s8(const thimble_reduce_prod_params* p, const int8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_reduce_prod_s16(const thimble_reduce_prod_params* p, const int16_t* input, int16_t* output);

THIMBLE_END

#endif
