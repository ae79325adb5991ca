/* x above 0, alpha * x below, with alpha broadcast. */
#ifndef THIMBLE_PRELU_KERNEL_H
#define THIMBLE_PRELU_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_broadcast broadcast;
} thimble_prelu_f32_params;

typedef struct {
  thimble_broadcast broadcast;
  int32_t input_offset, alpha_offset; /* minus the zero points */
  thimble_requant positive;           /* input scale / output scale */
  thimble_requant negative;           /* input scale * alpha scale / output scale */
  int32_t output_offset;              /* the output's zero point */
} thimble_prelu_params;

THIMBLE_KERNEL void thimble_prelu_f32(const thimble_prelu_f32_params* p, const float* input, const float* alpha,
                                      float* output);
THIMBLE_KERNEL void thimble_prelu_s8(const thimble_prelu_params* p, const int8_t* input, const int8_t* alpha,
                                     int8_t* output);
THIMBLE_KERNEL void thimble_prelu_s16(const thimble_prelu_params* p, const int16_t* input, const int8_t* alpha,
                                      int16_t* output);

THIMBLE_END

#endif
