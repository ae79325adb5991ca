/* Mean over some dimensions of bytes for 8-bit AVRs. */
#ifndef THIMBLE_MEAN_AVR_KERNEL_H
#define THIMBLE_MEAN_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"
#include "kernel/reduction.h"

THIMBLE_BEGIN

typedef struct {
  thimble_reduction reduction;
  int32_t sum_offset;        /* minus the input's zero point, times the number of inputs of one output */
  int32_t multiplier, shift; /* of the sum: multiplier * 2^(-31 - shift) */
  int32_t output_offset;
} thimble_mean_avr_params;

THIMBLE_KERNEL void thimble_mean_avr(const thimble_mean_avr_params* p, const int8_t* input, int8_t* output);

THIMBLE_END

#endif
