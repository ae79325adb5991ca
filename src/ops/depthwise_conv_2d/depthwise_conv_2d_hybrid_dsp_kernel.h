/* Depthwise convolution of floats, quantized on the fly, with 8-bit weights: four channels at a time. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_HYBRID_DSP_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_HYBRID_DSP_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/hybrid.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* input_c and output_c are equal, and a multiple of 4 */
  float output_min, output_max;
} thimble_depthwise_conv_2d_hybrid_dsp_params;

/* filter [filter_h][filter_w][channels], bias [channels] or NULL, scales [channels]; image: scratch of an image's
 * elements. */
THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_hybrid_dsp(const thimble_depthwise_conv_2d_hybrid_dsp_params* p,
                                                                const float* input, const int8_t* filter,
                                                                const float* bias, const float* scales, int8_t* image,
                                                                float* output);

THIMBLE_END

#endif
