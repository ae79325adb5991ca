/* Maximum over a window of bytes with Armv7E-M's DSP instructions: four channels at a time. */
#ifndef THIMBLE_MAX_POOL_2D_DSP_KERNEL_H
#define THIMBLE_MAX_POOL_2D_DSP_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* input_c and output_c are multiples of 4 */
} thimble_max_pool_2d_dsp_params;

THIMBLE_KERNEL void thimble_max_pool_2d_dsp(const thimble_max_pool_2d_dsp_params* p, const int8_t* input,
                                            int8_t* output);

THIMBLE_END

#endif
