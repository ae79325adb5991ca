/* 2-D convolution of bytes with Armv8.1-M's vector instructions: three pixels are multiplied with two filters at a
 * time, 11 instructions for 96 multiplies, or less where vectors stay in registers. Rows of the image are copied first,
 * with the padding around them. */
#ifndef THIMBLE_CONV_2D_MVE_KERNEL_H
#define THIMBLE_CONV_2D_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "ops/conv_2d/conv_2d_mve_params_kernel.h"

THIMBLE_BEGIN

/* filters: for every eight channels, int8 [4][vectors][2][16], zeros behind a filter's weights (ROWS: vectors by row,
 * plane, column); then of the even channels, then of the odd ones: int32 bias[4], multiplier[4], shift[4]. scratch: see
 * the offsets in the kernel. The output may take the input's place: where nothing is copied, and it is larger than the
 * input, it ends where that ends; else a row of it is no larger than one of the input. */
THIMBLE_SHARED_KERNEL void thimble_conv_2d_mve(const thimble_conv_2d_mve_params* p, const int8_t* input,
                                               const int8_t* filters, int8_t* scratch, int8_t* output);

THIMBLE_END

#endif
