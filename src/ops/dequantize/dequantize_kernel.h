/* Integers to floats: scale * (q - zero point). */
#ifndef THIMBLE_DEQUANTIZE_KERNEL_H
#define THIMBLE_DEQUANTIZE_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count;
  float scale;
  int32_t zero_point;
} thimble_dequantize_params;

THIMBLE_KERNEL void thimble_dequantize_s8(const thimble_dequantize_params* p, const int8_t* input, float* output);
THIMBLE_KERNEL void thimble_dequantize_u8(const thimble_dequantize_params* p, const uint8_t* input, float* output);
THIMBLE_KERNEL void thimble_dequantize_s16(const thimble_dequantize_params* p, const int16_t* input, float* output);
/* IEEE half precision; scale and zero point do not count. */
THIMBLE_KERNEL void thimble_dequantize_f16(const thimble_dequantize_params* p, const uint16_t* input, float* output);

THIMBLE_END

#endif
