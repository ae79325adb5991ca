/* 2-D convolution of floats, quantized on the fly, with 8-bit weights, with Armv7E-M's DSP instructions: four pixels
 * are multiplied with one filter at a time. Without groups. */
#ifndef THIMBLE_CONV_2D_HYBRID_DSP_KERNEL_H
#define THIMBLE_CONV_2D_HYBRID_DSP_KERNEL_H

#include "kernel/dsp_columns.h"
#include "kernel/hybrid.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t quads;      /* a filter's elements, in fours */
  int32_t asymmetric; /* 1: images are quantized with an offset */
  float output_min, output_max;
} thimble_conv_2d_hybrid_dsp_params;

/* filter [output_c][4 * quads]: filter_h * filter_w * input_c weights, then zeros. sums [output_c]: of each filter's
 * weights. bias [output_c] or NULL. scales [output_c]. columns: scratch of 36 * quads bytes, and one for each element
 * of an image. */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_hybrid_dsp(const thimble_conv_2d_hybrid_dsp_params* p, const float* input,
                                                      const int8_t* filter, const int32_t* sums, const float* bias,
                                                      const float* scales, uint32_t* columns, float* output);

THIMBLE_END

#endif
