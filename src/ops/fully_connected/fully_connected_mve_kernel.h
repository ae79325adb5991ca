/* Fully connected layers of bytes with Armv8.1-M's vector instructions: 16 inputs and four units at a time, 9
 * instructions for 64 multiplies. */
#ifndef THIMBLE_FULLY_CONNECTED_MVE_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "ops/fully_connected/fully_connected_mve_params_kernel.h"

THIMBLE_BEGIN

/* weights: for every eight units, the even ones, then the odd ones: int32 bias[4], with the input's zero point in it,
 * and int8 [depth in sixteens][4][16]. factors: for every eight units int32 multiplier[4], shift[4] of the even ones,
 * then of the odd ones. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_mve(const thimble_fully_connected_mve_params* p, const int8_t* input,
                                                       const int8_t* weights, const int32_t* factors, int8_t* output);

THIMBLE_END

#endif
