/* What the kernels of CONV_2D for Armv8.1-M's vector instructions are told, those of bytes and of 16 bits. */
#ifndef THIMBLE_CONV_2D_MVE_PARAMS_KERNEL_H
#define THIMBLE_CONV_2D_MVE_PARAMS_KERNEL_H

#include "kernel/mve.h"
#include "kernel/window.h"

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
  int32_t zero_point;       /* the output's; of 16 bits: its range, as thimble_mve_requantize_16 takes it */
  int32_t exact;            /* thimble_mve_requantize */
  int32_t narrow;           /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_conv_2d_mve_params;

#endif
