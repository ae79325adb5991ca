/* An image resized with interpolation between the four pixels around each point, NHWC. */
#ifndef THIMBLE_RESIZE_BILINEAR_KERNEL_H
#define THIMBLE_RESIZE_BILINEAR_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches;
  int32_t input_h, input_w;
  int32_t output_h, output_w;
  int32_t channels;
  int32_t half_pixel_centers; /* 1: pixel i covers [i, i + 1), with its value at the middle; 0: its value is at i */
} thimble_resize_bilinear_shape;

/* Input rows and columns for one of the output's. */
typedef struct {
  thimble_resize_bilinear_shape shape;
  float scale_h, scale_w;
} thimble_resize_bilinear_f32_params;

/* The same in 1024ths. */
typedef struct {
  thimble_resize_bilinear_shape shape;
  int32_t scale_h, scale_w;
} thimble_resize_bilinear_params;

THIMBLE_KERNEL void thimble_resize_bilinear_f32(const thimble_resize_bilinear_f32_params* p, const float* input,
                                                float* output);
THIMBLE_KERNEL void thimble_resize_bilinear_s8(const thimble_resize_bilinear_params* p, const int8_t* input,
                                               int8_t* output);

THIMBLE_END

#endif
