/* 3 x 3 convolution of bytes of one channel that moves by 1, and the maximum over 2 x 2 of its outputs, with Armv7E-M's
 * DSP instructions: the four sums of a maximum are made side by side, and only the largest becomes an output. */
#ifndef THIMBLE_CONV_2D_POOL_DSP_KERNEL_H
#define THIMBLE_CONV_2D_POOL_DSP_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

/* One filter. Pairs are of neighbours in a row, but `right`, the third column's first and second. */
typedef struct {
  int32_t bias;
  uint32_t left[3];                  /* columns 0 and 1 of each row */
  uint32_t right;                    /* column 2 of rows 0 and 1 */
  int32_t corner;                    /* column 2 of row 2 */
  int32_t multiplier, addend, shift; /* as in thimble_dsp_channel */
} thimble_conv_2d_pool_dsp_filter;

typedef struct {
  thimble_window window;    /* the convolution's, but output_h, output_w: the maximum's */
  int32_t input_zero_point; /* what the padding holds */
} thimble_conv_2d_pool_dsp_params;

/* filters [output_c] */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_pool_dsp(const thimble_conv_2d_pool_dsp_params* p, const int8_t* input,
                                                    const thimble_conv_2d_pool_dsp_filter* filters, int8_t* output);

THIMBLE_END

#endif
