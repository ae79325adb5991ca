/* Rounding to the nearest integer, ties to even. */
#ifndef THIMBLE_ROUND_KERNEL_H
#define THIMBLE_ROUND_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_round_f32(const thimble_elementwise_params* p, const float* input, float* output);

THIMBLE_END

#endif
