/* The square. */
#ifndef THIMBLE_SQUARE_KERNEL_H
#define THIMBLE_SQUARE_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_square_f32(const thimble_elementwise_params* p, const float* input, float* output);

THIMBLE_END

#endif
