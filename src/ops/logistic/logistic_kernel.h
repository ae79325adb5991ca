/* 1 / (1 + exp(-x)). 8-bit tensors use a table (kernel/lut.h). */
#ifndef THIMBLE_LOGISTIC_KERNEL_H
#define THIMBLE_LOGISTIC_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

/* The input's scale as multiplier / 2^shift, in units of 1 / (3 * 4096). */
typedef struct {
  int32_t count;
  int32_t multiplier, shift;
} thimble_logistic_params;

THIMBLE_KERNEL void thimble_logistic_f32(const thimble_elementwise_params* p, const float* input, float* output);

/* sigmoid_table: kernel/sigmoid16.h. Output scale 2^-15. */
THIMBLE_KERNEL void thimble_logistic_s16(const thimble_logistic_params* p, const int16_t* input,
                                         const THIMBLE_FLASH uint16_t* sigmoid_table, int16_t* output);

THIMBLE_END

#endif
