/* Root of the mean square over a sliding window, NHWC. */
#ifndef THIMBLE_L2_POOL_2D_KERNEL_H
#define THIMBLE_L2_POOL_2D_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  float output_min, output_max;
} thimble_l2_pool_2d_params;

THIMBLE_KERNEL void thimble_l2_pool_2d_f32(const thimble_l2_pool_2d_params* p, const float* input, float* output);

THIMBLE_END

#endif
