/* Average over a window, NHWC. The window's input_c and output_c are equal; padding does not count. */
#ifndef THIMBLE_AVERAGE_POOL_2D_KERNEL_H
#define THIMBLE_AVERAGE_POOL_2D_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  float output_min, output_max;
} thimble_average_pool_2d_f32_params;

typedef struct {
  thimble_window window;
  int32_t output_min, output_max;
} thimble_average_pool_2d_params;

/* The average of the whole image, from its sums [input_c]. */
THIMBLE_KERNEL void thimble_average_pool_2d_of_sums_s8(const thimble_average_pool_2d_params* p, const int32_t* sums,
                                                       int8_t* output);

THIMBLE_KERNEL void thimble_average_pool_2d_f32(const thimble_average_pool_2d_f32_params* p, const float* input,
                                                float* output);

/* Rounded to the nearest integer, ties away from zero: of the integers, not of what they stand for. */
THIMBLE_KERNEL void thimble_average_pool_2d_s8(const thimble_average_pool_2d_params* p, const int8_t* input,
                                               int8_t* output);
THIMBLE_KERNEL void thimble_average_pool_2d_u8(const thimble_average_pool_2d_params* p, const uint8_t* input,
                                               uint8_t* output);
THIMBLE_KERNEL void thimble_average_pool_2d_s16(const thimble_average_pool_2d_params* p, const int16_t* input,
                                                int16_t* output);

THIMBLE_END

#endif
