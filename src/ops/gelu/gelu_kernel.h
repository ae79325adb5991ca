/* x * P(X <= x) for a normal X, exact or by tanh. */
#ifndef THIMBLE_GELU_KERNEL_H
#define THIMBLE_GELU_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_gelu_f32(const thimble_elementwise_params* p, const float* input, float* output);
/* 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
THIMBLE_KERNEL void thimble_gelu_approximate_f32(const thimble_elementwise_params* p, const float* input,
                                                 float* output);

THIMBLE_END

#endif
