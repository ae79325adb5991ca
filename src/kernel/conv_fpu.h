/* Convolution and fully connected layers of floats, on CPUs with a floating-point unit: four pixels by four filters at
 * a time. */
#ifndef THIMBLE_CONV_FPU_H
#define THIMBLE_CONV_FPU_H

#include "kernel/fpu.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* dilation_w is 1 */
  thimble_fpu_range range;
} thimble_conv_fpu_params;

/* filter [output_c in fours][filter_h * filter_w * input_c][4], filled up with zeros. bias [output_c in fours]. */
THIMBLE_SHARED_KERNEL void thimble_conv_fpu(const thimble_conv_fpu_params* p, const float* input, const float* filter,
                                            const float* bias, float* output);

THIMBLE_END

#endif
