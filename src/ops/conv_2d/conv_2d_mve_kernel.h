/* 2-D convolution of bytes with Armv8.1-M's vector instructions: the windows of three pixels are copied side by side,
 * then multiplied with two filters at a time: 11 instructions for 96 multiplies, or less where the windows stay in
 * registers. */
#ifndef THIMBLE_CONV_2D_MVE_KERNEL_H
#define THIMBLE_CONV_2D_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/mve.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t vectors;          /* a filter's elements, in sixteens */
  int32_t interleaved;      /* 0: a window's vectors lie side by side, for 1, 2 or 4; 1: three windows' take turns */
  int32_t whole_vectors;    /* 1: the rows of a window are whole vectors, side by side in the image */
  int32_t input_zero_point; /* what the padding holds */
  int32_t ring_rows;  /* input_h; or less: so many rows are copied before they are read, so that the output may take the
                       * input's place */
  int32_t zero_point; /* the output's */
  int32_t exact;      /* thimble_mve_requantize */
  int32_t narrow;     /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_conv_2d_mve_params;

/* filters: for every eight channels, int8 [4][vectors][2][16], zeros behind a filter's weights, then of the even
 * channels, then of the odd ones: int32 bias[4], multiplier[4], shift[4]. columns: scratch of 64 * vectors bytes, and
 * ring_rows rows if those are copied. Where the window is one pixel, the output may take the input's place anyway;
 * if it is larger than the input, it ends where that ends. */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_mve(const thimble_conv_2d_mve_params* p, const int8_t* input,
                                               const int8_t* filters, int8_t* columns, int8_t* output);

THIMBLE_END

#endif
