/* (a - b)^2 with broadcasting. */
#ifndef THIMBLE_SQUARED_DIFFERENCE_KERNEL_H
#define THIMBLE_SQUARED_DIFFERENCE_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_broadcast broadcast;
} thimble_squared_difference_f32_params;

/* The operands are brought to a common scale, twice the larger of theirs, with `left_shift` more bits: 7, or 0 for
 * 16-bit operands. */
typedef struct {
  thimble_broadcast broadcast;
  int32_t left_shift;
  int32_t offset_a, offset_b; /* minus the zero points */
  thimble_requant requant_a, requant_b;
  thimble_requant requant_output;
  int32_t output_offset; /* the output's zero point */
} thimble_squared_difference_params;

THIMBLE_KERNEL void thimble_squared_difference_f32(const thimble_squared_difference_f32_params* p, const float* a,
                                                   const float* b, float* output);
THIMBLE_KERNEL void thimble_squared_difference_s8(const thimble_squared_difference_params* p, const int8_t* a,
                                                  const int8_t* b, int8_t* output);
THIMBLE_KERNEL void thimble_squared_difference_s16(const thimble_squared_difference_params* p, const int16_t* a,
                                                   const int16_t* b, int16_t* output);

THIMBLE_END

#endif
