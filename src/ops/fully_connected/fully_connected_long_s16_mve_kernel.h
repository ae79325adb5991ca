/* Fully connected layers of 16-bit activations with Armv8.1-M's vector instructions, where sums may pass 32 bits: eight
 * inputs and four units at a time, 9 instructions for 32 multiplies. */
#ifndef THIMBLE_FULLY_CONNECTED_LONG_S16_MVE_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_LONG_S16_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "ops/fully_connected/fully_connected_long_kernel.h"

THIMBLE_BEGIN

/* weights [units in fours][depth in eights][4][8]. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_long_s16_mve(const thimble_fully_connected_long_params* p,
                                                                const int16_t* input, const int8_t* weights,
                                                                const int64_t* bias, const thimble_requant* requants,
                                                                int16_t* output);

THIMBLE_END

#endif
