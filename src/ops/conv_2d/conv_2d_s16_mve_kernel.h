/* 2-D convolution of 16-bit activations with Armv8.1-M's vector instructions: as that of bytes (conv_2d_mve_kernel.h),
 * eight elements a vector. */
#ifndef THIMBLE_CONV_2D_S16_MVE_KERNEL_H
#define THIMBLE_CONV_2D_S16_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "ops/conv_2d/conv_2d_mve_params_kernel.h"

THIMBLE_BEGIN

/* The channels of the window are counted in bytes, `vectors` has a filter's elements in eights, and all zero points are
 * 0. filters: as those of bytes, but int8 [4][vectors][2][8], and multipliers are those of
 * thimble_mve_requantize_16. */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_s16_mve(const thimble_conv_2d_mve_params* p, const int16_t* input,
                                                   const int8_t* filters, int8_t* scratch, int16_t* output);

THIMBLE_END

#endif
