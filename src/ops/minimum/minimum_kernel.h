/* The lesser of two elements, with broadcasting. */
#ifndef THIMBLE_MINIMUM_KERNEL_H
#define THIMBLE_MINIMUM_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_broadcast broadcast;
} thimble_minimum_params;

THIMBLE_KERNEL void thimble_minimum_f32(const thimble_minimum_params* p, const float* a, const float* b, float* output);
THIMBLE_KERNEL void thimble_minimum_s8(const thimble_minimum_params* p, const int8_t* a, const int8_t* b,
                                       int8_t* output);
THIMBLE_KERNEL void thimble_minimum_u8(const thimble_minimum_params* p, const uint8_t* a, const uint8_t* b,
                                       uint8_t* output);
THIMBLE_KERNEL void thimble_minimum_s16(const thimble_minimum_params* p, const int16_t* a, const int16_t* b,
                                        int16_t* output);
THIMBLE_KERNEL void thimble_minimum_s32(const thimble_minimum_params* p, const int32_t* a, const int32_t* b,
                                        int32_t* output);

THIMBLE_END

#endif
