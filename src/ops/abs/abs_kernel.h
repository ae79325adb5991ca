/* The absolute value. 8-bit tensors use a table (kernel/lut.h). */
#ifndef THIMBLE_ABS_KERNEL_H
#define THIMBLE_ABS_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Zero points are 0. */
typedef struct {
  int32_t count;
  thimble_requant requant; /* input scale / output scale */
} thimble_abs_s16_params;

THIMBLE_KERNEL void thimble_abs_f32(const thimble_elementwise_params* p, const float* input, float* output);
THIMBLE_KERNEL void thimble_abs_s16(const thimble_abs_s16_params* p, const int16_t* input, int16_t* output);
/* Of INT32_MIN: itself. */
THIMBLE_KERNEL void thimble_abs_s32(const thimble_elementwise_params* p, const int32_t* input, int32_t* output);

THIMBLE_END

#endif
