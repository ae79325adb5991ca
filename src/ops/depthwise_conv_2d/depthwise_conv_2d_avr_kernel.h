/* DEPTHWISE_CONV_2D for 8-bit AVRs: each window is copied to a patch. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_AVR_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t input_zero_point, output_offset;
  int32_t output_min, output_max;
} thimble_depthwise_conv_2d_avr_params;

/* filter [output_c][filter_h][filter_w]; channels [output_c]; patch [filter_h][filter_w][input_c]. */
THIMBLE_KERNEL void thimble_depthwise_conv_2d_avr(const thimble_depthwise_conv_2d_avr_params* p, const int8_t* input,
                                                  const THIMBLE_FAR int8_t* filter,
                                                  const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* patch,
                                                  int8_t* output);

THIMBLE_END

#endif
