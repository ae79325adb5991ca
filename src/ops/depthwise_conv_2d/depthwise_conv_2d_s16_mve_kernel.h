/* Depthwise 2-D convolution of 16-bit activations with Armv8.1-M's vector instructions, for as many output as input
 * channels: eight channels and two outputs at a time, 11 instructions for 16 multiplies. As many rows as the window has
 * are copied, with the padding around them. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/mve.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* without dilation */
  int32_t ring_columns;  /* of a copied row: what windows read, the padding among it */
  int32_t range;         /* of outputs, as thimble_mve_requantize_16 takes it */
} thimble_depthwise_conv_2d_s16_mve_params;

/* filters: for every eight channels, int32 bias[4] of the even ones and of the odd ones, int8 [filter_h][filter_w][8],
 * then of the even ones and of the odd ones int32 multiplier[4], shift[4]. scratch: filter_h pointers, as many rows of
 * ring_columns times 16 bytes, and 16 bytes more. The output may take the input's place if it has the same shape. */
THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_s16_mve(const thimble_depthwise_conv_2d_s16_mve_params* p,
                                                             const int16_t* input, const int8_t* filters,
                                                             int8_t* scratch, int16_t* output);

THIMBLE_END

#endif
