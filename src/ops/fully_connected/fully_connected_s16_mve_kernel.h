/* Fully connected layers of 16-bit activations with Armv8.1-M's vector instructions: eight inputs and four units at a
 * time, 9 instructions for 32 multiplies. */
#ifndef THIMBLE_FULLY_CONNECTED_S16_MVE_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_S16_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "ops/fully_connected/fully_connected_mve_params_kernel.h"

THIMBLE_BEGIN

/* As those of bytes (fully_connected_mve_kernel.h), but weights are [depth in eights][4][8] of four units, and
 * multipliers those of thimble_mve_requantize_16. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_s16_mve(const thimble_fully_connected_mve_params* p,
                                                           const int16_t* input, const int8_t* weights,
                                                           const int32_t* factors, int16_t* output);

THIMBLE_END

#endif
