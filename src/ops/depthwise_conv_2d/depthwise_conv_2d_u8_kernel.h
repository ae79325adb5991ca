/* Depthwise 2-D convolution of unsigned bytes, as old models have it: filter [filter_h][filter_w][output_c] with a zero
 * point of its own, one requant for all channels. bias [output_c] or NULL. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_U8_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_U8_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t input_offset;  /* minus the input's zero point */
  int32_t filter_offset; /* minus the filter's zero point */
  thimble_requant requant;
  int32_t output_offset; /* the output's zero point */
  int32_t output_min, output_max;
} thimble_depthwise_conv_2d_u8_params;

THIMBLE_KERNEL void thimble_depthwise_conv_2d_u8(const thimble_depthwise_conv_2d_u8_params* p, const uint8_t* input,
                                                 const uint8_t* filter, const int32_t* bias, uint8_t* output);

THIMBLE_END

#endif
