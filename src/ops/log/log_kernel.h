/* The natural logarithm; of 8- and 16-bit inputs of 0 or less, the least output. */
#ifndef THIMBLE_LOG_KERNEL_H
#define THIMBLE_LOG_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_log_f32(const thimble_elementwise_params* p, const float* input, float* output);

THIMBLE_END

#endif
