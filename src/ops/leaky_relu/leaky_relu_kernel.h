/* x above 0, alpha * x below. */
#ifndef THIMBLE_LEAKY_RELU_KERNEL_H
#define THIMBLE_LEAKY_RELU_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count;
  float alpha;
} thimble_leaky_relu_f32_params;

typedef struct {
  int32_t count;
  int32_t input_offset;     /* minus the input's zero point */
  thimble_requant positive; /* input scale / output scale */
  thimble_requant negative; /* |alpha| * input scale / output scale */
  int32_t sign;             /* of alpha: 1 or -1 */
  int32_t output_offset;    /* the output's zero point */
} thimble_leaky_relu_params;

THIMBLE_KERNEL void thimble_leaky_relu_f32(const thimble_leaky_relu_f32_params* p, const float* input, float* output);
THIMBLE_KERNEL void thimble_leaky_relu_s8(const thimble_leaky_relu_params* p, const int8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_leaky_relu_s16(const thimble_leaky_relu_params* p, const int16_t* input, int16_t* output);

THIMBLE_END

#endif
