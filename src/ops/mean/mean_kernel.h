/* Mean over some dimensions. */
#ifndef THIMBLE_MEAN_KERNEL_H
#define THIMBLE_MEAN_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/reduction.h"

THIMBLE_BEGIN

typedef struct {
  thimble_reduction reduction;
  float count; /* inputs of one output */
} thimble_mean_f32_params;

typedef struct {
  thimble_reduction reduction;
  int32_t sum_offset;      /* minus the input's zero point, times the number of inputs of one output */
  thimble_requant requant; /* input scale / output scale / that number */
  int32_t output_offset;   /* the output's zero point */
} thimble_mean_params;

THIMBLE_KERNEL void thimble_mean_f32(const thimble_mean_f32_params* p, const float* input, float* output);
/* From the sums of the reduced elements, `count` of them. */
typedef struct {
  int32_t count;
  int32_t sum_offset; /* as above */
  thimble_requant requant;
  int32_t output_offset;
} thimble_mean_of_sums_params;
THIMBLE_KERNEL void thimble_mean_of_sums_s8(const thimble_mean_of_sums_params* p, const int32_t* sums, int8_t* output);

THIMBLE_KERNEL void thimble_mean_s8(const thimble_mean_params* p, const int8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_mean_u8(const thimble_mean_params* p, const uint8_t* input, uint8_t* output);
THIMBLE_KERNEL void thimble_mean_s16(const thimble_mean_params* p, const int16_t* input, int16_t* output);

THIMBLE_END

#endif
