/* 2-D convolution of 16-bit activations with Armv7E-M's DSP instructions: four pixels are multiplied with one filter at
 * a time, as bytes are (conv_2d_dsp_kernel.h). */
#ifndef THIMBLE_CONV_2D_S16_DSP_KERNEL_H
#define THIMBLE_CONV_2D_S16_DSP_KERNEL_H

#include "kernel/dsp16.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t quads;       /* a filter's elements, in fours */
  int32_t whole_quads; /* 1: the rows of a window are whole fours, side by side in the image */
  int32_t ring_rows; /* input_h; or less: so many rows are copied before they are read, so that the output may take the
                      * input's place */
  int32_t positive;  /* 1: no output is less than 0 */
  int32_t narrow;    /* 1: the output's range is less than that */
  int32_t output_min, output_max;
} thimble_conv_2d_s16_dsp_params;

/* filter [output_c][4 * quads]: filter_h * filter_w * input_c weights, then zeros; in the order 0, 2, 1, 3 of each
 * four. channels [output_c]. columns: scratch of 4 * THIMBLE_DSP16_QUAD_WORDS +
 * 8 bytes times quads, and ring_rows rows if those are copied. Where the
 * window is one pixel, the output may take the input's place anyway; if it is larger than the input, it ends where that
 * ends. */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_s16_dsp(const thimble_conv_2d_s16_dsp_params* p, const int16_t* input,
                                                   const int8_t* filter, const thimble_dsp16_channel* channels,
                                                   uint32_t* columns, int16_t* output);

THIMBLE_END

#endif
