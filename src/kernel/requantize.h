/* Elementwise change of scale, zero point and type, with a clamp: requantization and quantized ReLUs. */
#ifndef THIMBLE_REQUANTIZE_H
#define THIMBLE_REQUANTIZE_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count;
  int32_t input_offset; /* minus the input's zero point */
  thimble_requant requant;
  int32_t output_offset; /* the output's zero point */
  int32_t output_min, output_max;
} thimble_requantize_params;

typedef struct {
  int32_t count;
  float min, max;
} thimble_clamp_f32_params;

THIMBLE_KERNEL void thimble_requantize_s8_s8(const thimble_requantize_params* p, const int8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_requantize_s8_u8(const thimble_requantize_params* p, const int8_t* input, uint8_t* output);
THIMBLE_KERNEL void thimble_requantize_s8_s16(const thimble_requantize_params* p, const int8_t* input, int16_t* output);
THIMBLE_KERNEL void thimble_requantize_s8_s32(const thimble_requantize_params* p, const int8_t* input, int32_t* output);
THIMBLE_KERNEL void thimble_requantize_u8_s8(const thimble_requantize_params* p, const uint8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_requantize_u8_u8(const thimble_requantize_params* p, const uint8_t* input, uint8_t* output);
THIMBLE_KERNEL void thimble_requantize_s16_s8(const thimble_requantize_params* p, const int16_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_requantize_s16_s16(const thimble_requantize_params* p, const int16_t* input,
                                               int16_t* output);
THIMBLE_KERNEL void thimble_requantize_s16_s32(const thimble_requantize_params* p, const int16_t* input,
                                               int32_t* output);
THIMBLE_KERNEL void thimble_requantize_s32_s8(const thimble_requantize_params* p, const int32_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_requantize_s32_s16(const thimble_requantize_params* p, const int32_t* input,
                                               int16_t* output);

THIMBLE_KERNEL void thimble_clamp_f32(const thimble_clamp_f32_params* p, const float* input, float* output);

THIMBLE_END

#endif
