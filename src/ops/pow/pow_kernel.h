/* Powers, elementwise with broadcasting. */
#ifndef THIMBLE_POW_KERNEL_H
#define THIMBLE_POW_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_pow_f32(const thimble_broadcast* p, const float* a, const float* b, float* output);
/* Wraps around. With a negative exponent, the result is cut towards 0; 0 stays 0. */
THIMBLE_KERNEL void thimble_pow_s32(const thimble_broadcast* p, const int32_t* a, const int32_t* b, int32_t* output);

THIMBLE_END

#endif
