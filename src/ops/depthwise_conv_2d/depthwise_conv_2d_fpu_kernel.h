/* Depthwise 2-D convolution of floats on CPUs with a floating-point unit, for as many output as input channels, four at
 * least: four channels of four pixels at a time. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_FPU_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_FPU_KERNEL_H

#include "kernel/fpu.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  thimble_fpu_range range;
} thimble_depthwise_conv_2d_fpu_params;

/* filter [output_c in fours][filter_h * filter_w][4] and bias [output_c in fours][4], where the last four channels
 * are the last of all: some of them may be among the four before, too. */
THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_fpu(const thimble_depthwise_conv_2d_fpu_params* p,
                                                         const float* input, const float* filter, const float* bias,
                                                         float* output);

THIMBLE_END

#endif
