/* Depthwise 2-D convolution with float activations and an 8-bit filter: depthwise_conv_2d_kernel.h. Each image is
 * quantized on the fly, with an offset. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_HYBRID_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_HYBRID_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  float output_min, output_max;
} thimble_depthwise_conv_2d_hybrid_params;

/* scales [output_c] of the filter; image [input_h][input_w][input_c]: scratch. */
THIMBLE_KERNEL void thimble_depthwise_conv_2d_hybrid(const thimble_depthwise_conv_2d_hybrid_params* p,
                                                     const float* input, const int8_t* filter, const float* bias,
                                                     const float* scales, int8_t* image, float* output);

THIMBLE_END

#endif
