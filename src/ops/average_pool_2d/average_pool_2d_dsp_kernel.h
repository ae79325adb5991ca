/* Average over a window of bytes with Armv7E-M's DSP instructions: four channels at a time. */
#ifndef THIMBLE_AVERAGE_POOL_2D_DSP_KERNEL_H
#define THIMBLE_AVERAGE_POOL_2D_DSP_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* at most 255 pixels; input_c and output_c are multiples of 4 */
  int32_t output_min, output_max;
} thimble_average_pool_2d_dsp_params;

THIMBLE_KERNEL void thimble_average_pool_2d_dsp(const thimble_average_pool_2d_dsp_params* p, const int8_t* input,
                                                int8_t* output);

THIMBLE_END

#endif
