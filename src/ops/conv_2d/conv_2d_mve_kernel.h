/* 2-D convolution of bytes with Armv8.1-M's vector instructions: three pixels are multiplied with two filters at a
 * time, 11 instructions for 96 multiplies, or less where vectors stay in registers. Rows of the image are copied first,
 * with the padding around them. */
#ifndef THIMBLE_CONV_2D_MVE_KERNEL_H
#define THIMBLE_CONV_2D_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/mve.h"
#include "kernel/window.h"

THIMBLE_BEGIN

/* How windows lie in memory. */
enum {
  THIMBLE_CONV_2D_MVE_1,    /* each side by side, of one vector */
  THIMBLE_CONV_2D_MVE_2,    /* the same, of two */
  THIMBLE_CONV_2D_MVE_4,    /* of four */
  THIMBLE_CONV_2D_MVE_N,    /* any number of vectors; those of three pixels take turns */
  THIMBLE_CONV_2D_MVE_ROWS, /* 3 x 3 that moves by 1: in the copied rows themselves, 16 channels a plane */
};

typedef struct {
  thimble_window window;
  int32_t form;             /* as above */
  int32_t vectors;          /* a filter's elements, in sixteens */
  int32_t ring_rows;        /* rows that are copied; 0: none, where the window is one pixel that moves by 1 */
  int32_t ring_columns;     /* what windows read of a row, the padding among it */
  int32_t input_zero_point; /* what the padding holds */
  int32_t zero_point;       /* the output's */
  int32_t exact;            /* thimble_mve_requantize */
  int32_t narrow;           /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_conv_2d_mve_params;

/* filters: for every eight channels, int8 [4][vectors][2][16], zeros behind a filter's weights (ROWS: vectors by row,
 * plane, column); then of the even channels, then of the odd ones: int32 bias[4], multiplier[4], shift[4]. scratch: see
 * the offsets in the kernel. The output may take the input's place: where nothing is copied, and it is larger than the
 * input, it ends where that ends; else a row of it is no larger than one of the input. */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_mve(const thimble_conv_2d_mve_params* p, const int8_t* input,
                                               const int8_t* filters, int8_t* scratch, int8_t* output);

THIMBLE_END

#endif
