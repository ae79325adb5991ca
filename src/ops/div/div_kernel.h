/* Elementwise quotient with broadcasting. */
#ifndef THIMBLE_DIV_KERNEL_H
#define THIMBLE_DIV_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_broadcast broadcast;
  float output_min, output_max;
} thimble_div_f32_params;

typedef struct {
  thimble_broadcast broadcast;
} thimble_div_s32_params;

typedef struct {
  thimble_broadcast broadcast;
  int32_t offset_a, offset_b; /* minus the zero points */
  thimble_requant requant;    /* scale of a / (scale of b * output scale) */
  int32_t output_offset;      /* the output's zero point */
  int32_t output_min, output_max;
} thimble_div_params;

THIMBLE_KERNEL void thimble_div_f32(const thimble_div_f32_params* p, const float* a, const float* b, float* output);
/* Towards zero; x / 0 is 0. */
THIMBLE_KERNEL void thimble_div_s32(const thimble_div_s32_params* p, const int32_t* a, const int32_t* b,
                                    int32_t* output);
/* A divisor of 0 counts as the smallest step above it. */
THIMBLE_KERNEL void thimble_div_s8(const thimble_div_params* p, const int8_t* a, const int8_t* b, int8_t* output);

THIMBLE_END

#endif
