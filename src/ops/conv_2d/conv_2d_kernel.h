/* 2-D convolution, NHWC. filter [output_c][filter_h][filter_w][filter_c]; filter_c is input_c, or, in a grouped
 * convolution, input_c / groups, with output_c / groups filters a group. bias [output_c] or NULL. */
#ifndef THIMBLE_CONV_2D_KERNEL_H
#define THIMBLE_CONV_2D_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t filter_c;
  float output_min, output_max;
} thimble_conv_2d_f32_params;

typedef struct {
  thimble_window window;
  int32_t groups;
  int32_t input_offset;  /* minus the input's zero point */
  int32_t output_offset; /* the output's zero point */
  int32_t output_min, output_max;
} thimble_conv_2d_params;

THIMBLE_KERNEL void thimble_conv_2d_f32(const thimble_conv_2d_f32_params* p, const float* input,
                                        const THIMBLE_FLASH float* filter, const THIMBLE_FLASH float* bias,
                                        float* output);

/* requant [output_c]: input scale * filter scale / output scale. */
THIMBLE_KERNEL void thimble_conv_2d_s8(const thimble_conv_2d_params* p, const int8_t* input,
                                       const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int32_t* bias,
                                       const THIMBLE_FLASH thimble_requant* requant, int8_t* output);

/* 16-bit activations, 8-bit filter, 64-bit accumulators. */
THIMBLE_KERNEL void thimble_conv_2d_s16(const thimble_conv_2d_params* p, const int16_t* input,
                                        const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int64_t* bias,
                                        const THIMBLE_FLASH thimble_requant* requant, int16_t* output);

THIMBLE_END

#endif
