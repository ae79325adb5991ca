/* Depthwise 2-D convolution of bytes with Armv8.1-M's vector instructions, for as many output as input channels and
 * filters of up to 4 x 4. Four rows of the input are kept with their elements side by side: a word for each column and
 * channel. A gathered vector, four columns of one channel, holds a window of 4 x 4, or the windows of 3 x 3 of four
 * outputs.
 */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_MVE_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/mve.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t pairs;            /* 1: of outputs, in rows and columns: filters of up to 3 x 3 that move by 1 */
  int32_t group;            /* so many channels at a time */
  int32_t columns;          /* of words, the padding among them */
  int32_t input_zero_point; /* what the padding holds */
  int32_t zero_point;       /* the output's */
  int32_t exact;            /* thimble_mve_requantize */
  int32_t narrow;           /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_depthwise_conv_2d_mve_params;

/* One channel. */
typedef struct {
  int32_t bias; /* with the input's zero point in it */
  int32_t multiplier, shift;
  int8_t zeros[4];
  int8_t weights[4][4]; /* by column, then by row, zeros behind; the last column is zero where there are pairs */
} thimble_depthwise_conv_2d_mve_channel;

/* channels [output_c]. words: scratch of 4 * columns * group bytes. The output may take the input's place if they have
 * the same shape. */
THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_mve(const thimble_depthwise_conv_2d_mve_params* p,
                                                         const int8_t* input,
                                                         const thimble_depthwise_conv_2d_mve_channel* channels,
                                                         int8_t* words, int8_t* output);

THIMBLE_END

#endif
