/* Sum over some dimensions. */
#ifndef THIMBLE_SUM_KERNEL_H
#define THIMBLE_SUM_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/reduction.h"

THIMBLE_BEGIN

typedef struct {
  thimble_reduction reduction;
} thimble_sum_f32_params;

typedef struct {
  thimble_reduction reduction;
  int32_t sum_offset;      /* minus the input's zero point, times the number of inputs of one output */
  thimble_requant requant; /* input scale / output scale */
  int32_t output_offset;   /* the output's zero point */
} thimble_sum_params;

THIMBLE_KERNEL void thimble_sum_f32(const thimble_sum_f32_params* p, const float* input, float* output);
THIMBLE_KERNEL void thimble_sum_s8(const thimble_sum_params* p, const int8_t* input, int8_t* output);
/* Rounds once, as LiteRT's optimized kernel. */
THIMBLE_KERNEL void thimble_sum_s8_once(const thimble_sum_params* p, const int8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_sum_s16(const thimble_sum_params* p, const int16_t* input, int16_t* output);

THIMBLE_END

#endif
