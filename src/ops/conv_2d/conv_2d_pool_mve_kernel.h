/* 3 x 3 convolution of bytes of one channel that moves by 1, and the maximum over 2 x 2 of its outputs, with
 * Armv8.1-M's vector instructions. Four rows of the image lie with their elements side by side, so that a vector holds
 * 4 x 4 pixels: the windows of a maximum's four sums, of which only the largest becomes an output. */
#ifndef THIMBLE_CONV_2D_POOL_MVE_KERNEL_H
#define THIMBLE_CONV_2D_POOL_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/mve.h"
#include "kernel/window.h"

THIMBLE_BEGIN

/* One filter. */
typedef struct {
  int32_t bias; /* with the input's zero point in it */
  int32_t multiplier, shift;
  int8_t zeros[4];
  int8_t weights[4][4]; /* by column, then by row; the last of each are zero */
} thimble_conv_2d_pool_mve_filter;

typedef struct {
  thimble_window window;    /* the convolution's, but output_h, output_w: the maximum's; output_w is at least 4 */
  int32_t columns;          /* of 4 x 4 pixels that are read, and at least 16 more than the image has behind pad_left */
  int32_t input_zero_point; /* what the padding holds */
  int32_t zero_point;       /* the output's */
  int32_t exact;            /* thimble_mve_requantize */
} thimble_conv_2d_pool_mve_params;

/* filters [output_c]. words: scratch of 4 * columns bytes, and a row of the image, and 16. */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_pool_mve(const thimble_conv_2d_pool_mve_params* p, const int8_t* input,
                                                    const thimble_conv_2d_pool_mve_filter* filters, int8_t* words,
                                                    int8_t* output);

THIMBLE_END

#endif
