/* CONV_2D for 8-bit AVRs: each window is copied to a patch, which is then multiplied with all filters. Without groups.
 */
#ifndef THIMBLE_CONV_2D_AVR_KERNEL_H
#define THIMBLE_CONV_2D_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t pool_h, pool_w; /* output pixel (y, x) is the maximum over as many outputs of the convolution, */
  int32_t pool_stride_h,
      pool_stride_w;            /* which begin at (y * pool_stride_h, x * pool_stride_w); all 1: convolution only */
  int32_t outputs_h, outputs_w; /* the output's size behind the maximum */
  int32_t parts, part_channels; /* 2: filters from part_channels on are in `more`; 1: all are in `filter` */
  int32_t without_sign;         /* 1: filters have 128 added to each weight */
  int32_t input_zero_point, output_offset;
  int32_t output_min, output_max;
} thimble_conv_2d_avr_params;

/* filter, more [output_c][filter_h][filter_w][input_c]; channels [output_c]; patch [pool_h * pool_w][elements of a
 * filter].
 */
THIMBLE_KERNEL void thimble_conv_2d_avr(const thimble_conv_2d_avr_params* p, const int8_t* input,
                                        const THIMBLE_FAR int8_t* filter, const THIMBLE_FAR int8_t* more,
                                        const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* patch,
                                        int8_t* output);

THIMBLE_END

#endif
