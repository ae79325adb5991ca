/* Where the greatest element along one dimension is; the first of equals. NaN is skipped. */
#ifndef THIMBLE_ARG_MAX_KERNEL_H
#define THIMBLE_ARG_MAX_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Input [outer][size][inner], output [outer][inner]. */
typedef struct {
  int32_t outer, size, inner;
} thimble_arg_max_params;

THIMBLE_KERNEL void thimble_arg_max_f32(const thimble_arg_max_params* p, const float* input, int32_t* output);
THIMBLE_KERNEL void thimble_arg_max_s8(const thimble_arg_max_params* p, const int8_t* input, int32_t* output);
THIMBLE_KERNEL void thimble_arg_max_u8(const thimble_arg_max_params* p, const uint8_t* input, int32_t* output);
THIMBLE_KERNEL void thimble_arg_max_s16(const thimble_arg_max_params* p, const int16_t* input, int32_t* output);
THIMBLE_KERNEL void thimble_arg_max_s32(const thimble_arg_max_params* p, const int32_t* input, int32_t* output);

THIMBLE_END

#endif
