/* Floats to integers: round(x / scale) + zero point, ties away from zero, clamped to the type. */
#ifndef THIMBLE_QUANTIZE_KERNEL_H
#define THIMBLE_QUANTIZE_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count;
  float scale;
  int32_t zero_point;
} thimble_quantize_params;

THIMBLE_KERNEL void thimble_quantize_s8(const thimble_quantize_params* p, const float* input, int8_t* output);
THIMBLE_KERNEL void thimble_quantize_u8(const thimble_quantize_params* p, const float* input, uint8_t* output);
THIMBLE_KERNEL void thimble_quantize_s16(const thimble_quantize_params* p, const float* input, int16_t* output);

THIMBLE_END

#endif
