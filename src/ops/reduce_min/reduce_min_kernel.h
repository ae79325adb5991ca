/* Least value over some dimensions; of none, the greatest value of the type. */
#ifndef THIMBLE_REDUCE_MIN_KERNEL_H
#define THIMBLE_REDUCE_MIN_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/reduction.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_reduce_min_f32(const thimble_reduction* p, const float* input, float* output);
THIMBLE_KERNEL void thimble_reduce_min_s8(const thimble_reduction* p, const int8_t* input, int8_t* output);
THIMBLE_KERNEL void thimble_reduce_min_u8(const thimble_reduction* p, const uint8_t* input, uint8_t* output);
THIMBLE_KERNEL void thimble_reduce_min_s16(const thimble_reduction* p, const int16_t* input, int16_t* output);
THIMBLE_KERNEL void thimble_reduce_min_s32(const thimble_reduction* p, const int32_t* input, int32_t* output);
THIMBLE_KERNEL void thimble_reduce_min_s64(const thimble_reduction* p, const int64_t* input, int64_t* output);

THIMBLE_END

#endif
