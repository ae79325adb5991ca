/* Depthwise convolution of bytes over images of one row, with filters of up to 16 columns, with Armv8.1-M's vector
 * instructions: a channel of the row is copied out, then each output is one VMLADAVA. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_ROW_MVE_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_ROW_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/mve.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;    /* of one row, without dilation, as many output as input channels */
  int32_t row_bytes;        /* of a copied channel: what the windows of outputs in fours read */
  int32_t input_zero_point; /* what the padding holds */
  int32_t zero_point;       /* the output's */
  int32_t narrow;           /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_depthwise_conv_2d_row_mve_params;

typedef struct {
  int32_t bias; /* with the input's zero point in it */
  int32_t multiplier, shift;
  int8_t weights[16]; /* zeros behind */
} thimble_depthwise_conv_2d_row_mve_channel;

/* channels [output_c]. row: scratch of row_bytes. The output may take the input's place if they have the same shape. */
THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_row_mve(const thimble_depthwise_conv_2d_row_mve_params* p,
                                                             const int8_t* input,
                                                             const thimble_depthwise_conv_2d_row_mve_channel* channels,
                                                             int8_t* row, int8_t* output);

THIMBLE_END

#endif
