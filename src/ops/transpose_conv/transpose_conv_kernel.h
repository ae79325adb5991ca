/* Transposed 2-D convolution, NHWC. filter [output_c][filter_h][filter_w][input_c], bias [output_c] or NULL. Each input
 * pixel (y, x) adds to the output rows y * stride_h - pad_top + i for i in [0, filter_h), and columns likewise, that
 * lie in the image. The window's dilation is not read. */
#ifndef THIMBLE_TRANSPOSE_CONV_KERNEL_H
#define THIMBLE_TRANSPOSE_CONV_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  float output_min, output_max;
} thimble_transpose_conv_f32_params;

typedef struct {
  thimble_window window;
  int32_t input_offset;  /* minus the input's zero point */
  int32_t output_offset; /* the output's zero point */
  int32_t output_min, output_max;
} thimble_transpose_conv_params;

THIMBLE_KERNEL void thimble_transpose_conv_f32(const thimble_transpose_conv_f32_params* p, const float* input,
                                               const THIMBLE_FLASH float* filter, const THIMBLE_FLASH float* bias,
                                               float* output);

/* requant [output_c]: input scale * filter scale / output scale. */
THIMBLE_KERNEL void thimble_transpose_conv_s8(const thimble_transpose_conv_params* p, const int8_t* input,
                                              const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int32_t* bias,
                                              const THIMBLE_FLASH thimble_requant* requant, int8_t* output);

/* 16-bit activations, 8-bit filter, 64-bit accumulators; all zero points count as 0. */
THIMBLE_KERNEL void thimble_transpose_conv_s16(const thimble_transpose_conv_params* p, const int16_t* input,
                                               const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int64_t* bias,
                                               const THIMBLE_FLASH thimble_requant* requant, int16_t* output);

THIMBLE_END

#endif
