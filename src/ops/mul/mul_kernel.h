/* Elementwise product with broadcasting. */
#ifndef THIMBLE_MUL_KERNEL_H
#define THIMBLE_MUL_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_broadcast broadcast;
  float output_min, output_max;
} thimble_mul_f32_params;

typedef struct {
  thimble_broadcast broadcast;
} thimble_mul_s32_params;

typedef struct {
  thimble_broadcast broadcast;
  int32_t offset_a, offset_b; /* minus the zero points */
  thimble_requant requant;    /* the product of the operands' scales / output scale */
  int32_t output_offset;      /* the output's zero point */
  int32_t output_min, output_max;
} thimble_mul_params;

THIMBLE_KERNEL void thimble_mul_f32(const thimble_mul_f32_params* p, const float* a, const float* b, float* output);
/* Wraps around. */
THIMBLE_KERNEL void thimble_mul_s32(const thimble_mul_s32_params* p, const int32_t* a, const int32_t* b,
                                    int32_t* output);
THIMBLE_KERNEL void thimble_mul_s8(const thimble_mul_params* p, const int8_t* a, const int8_t* b, int8_t* output);
THIMBLE_KERNEL void thimble_mul_u8(const thimble_mul_params* p, const uint8_t* a, const uint8_t* b, uint8_t* output);
THIMBLE_KERNEL void thimble_mul_s16(const thimble_mul_params* p, const int16_t* a, const int16_t* b, int16_t* output);

THIMBLE_END

#endif
