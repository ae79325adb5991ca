/* 2-D convolution with float activations and an 8-bit filter: conv_2d_kernel.h. Each image is quantized on the fly. */
#ifndef THIMBLE_CONV_2D_HYBRID_KERNEL_H
#define THIMBLE_CONV_2D_HYBRID_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t filter_c;
  int32_t asymmetric; /* 1: images are quantized with an offset; 0: without */
  float output_min, output_max;
} thimble_conv_2d_hybrid_params;

/* scales [output_c] of the filter; image [input_h][input_w][input_c]: scratch. */
THIMBLE_KERNEL void thimble_conv_2d_hybrid(const thimble_conv_2d_hybrid_params* p, const float* input,
                                           const int8_t* filter, const float* bias, const float* scales, int8_t* image,
                                           float* output);

THIMBLE_END

#endif
