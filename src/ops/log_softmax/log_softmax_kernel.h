/* Logarithm of softmax over the innermost dimension. */
#ifndef THIMBLE_LOG_SOFTMAX_KERNEL_H
#define THIMBLE_LOG_SOFTMAX_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t rows, depth;
} thimble_log_softmax_f32_params;

typedef struct {
  int32_t rows, depth;
  thimble_requant requant; /* from a difference of inputs to Q5.26 */
  thimble_requant reverse; /* and back */
  int32_t diff_min;        /* lower differences do not count */
} thimble_log_softmax_params;

THIMBLE_KERNEL void thimble_log_softmax_f32(const thimble_log_softmax_f32_params* p, const float* input, float* output);
/* The output has scale 1/16 and zero point 127. Sums are in Q12.19: rows of more than 4095 elements may overflow. */
THIMBLE_KERNEL void thimble_log_softmax_s8(const thimble_log_softmax_params* p, const int8_t* input, int8_t* output);

THIMBLE_END

#endif
