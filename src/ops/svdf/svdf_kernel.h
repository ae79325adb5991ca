/* A filter bank along time, of low rank. Each step multiplies the input with each filter's feature weights and appends
 * the result to the filter's memory of the last steps; a unit is the sum, over its `rank` filters, of memory times time
 * weights. input [batches][depth], feature [units * rank][depth], time [units * rank][memory], bias [units] or NULL,
 * state [batches][units * rank][memory], which is read and written, output [batches][units]. */
#ifndef THIMBLE_SVDF_KERNEL_H
#define THIMBLE_SVDF_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units, rank, memory;
} thimble_svdf_shape;

typedef struct {
  thimble_svdf_shape shape;
  float output_min, output_max;
} thimble_svdf_f32_params;

typedef struct {
  thimble_svdf_shape shape;
  int32_t input_offset;          /* minus the input's zero point */
  thimble_requant state_requant; /* input scale * feature scale / state scale */
  int32_t state_zero_point;
  thimble_requant output_requant; /* state scale * time scale / output scale */
  int32_t output_offset;          /* the output's zero point */
} thimble_svdf_params;

THIMBLE_KERNEL void thimble_svdf_f32(const thimble_svdf_f32_params* p, const float* input,
                                     const THIMBLE_FLASH float* feature, const THIMBLE_FLASH float* time,
                                     const THIMBLE_FLASH float* bias, float* state, float* output);
/* With a state of 16 or of 8 bits. */
THIMBLE_KERNEL void thimble_svdf_s8_s16(const thimble_svdf_params* p, const int8_t* input,
                                        const THIMBLE_FLASH int8_t* feature, const THIMBLE_FLASH int16_t* time,
                                        const THIMBLE_FLASH int32_t* bias, int16_t* state, int8_t* output);
THIMBLE_KERNEL void thimble_svdf_s8_s8(const thimble_svdf_params* p, const int8_t* input,
                                       const THIMBLE_FLASH int8_t* feature, const THIMBLE_FLASH int8_t* time,
                                       const THIMBLE_FLASH int32_t* bias, int8_t* state, int8_t* output);

THIMBLE_END

#endif
