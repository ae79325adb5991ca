/* x * min(max(x + 3, 0), 6) / 6. 8-bit tensors use a table (kernel/lut.h). */
#ifndef THIMBLE_HARD_SWISH_KERNEL_H
#define THIMBLE_HARD_SWISH_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_hard_swish_f32(const thimble_elementwise_params* p, const float* input, float* output);

THIMBLE_END

#endif
