/* Sum of two operands of one shape for 8-bit AVRs; b has the larger scale, whose factor is 1/2. */
#ifndef THIMBLE_ADD_AVR_KERNEL_H
#define THIMBLE_ADD_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count;
  int32_t offset_a, offset_b;    /* minus the zero points */
  int32_t multiplier_a, shift_a; /* of a * 2^20: multiplier * 2^(-31 - shift) */
  int32_t multiplier_output, shift_output;
  int32_t output_offset;
  int32_t output_min, output_max;
} thimble_add_avr_params;

THIMBLE_KERNEL void thimble_add_avr(const thimble_add_avr_params* p, const int8_t* a, const int8_t* b, int8_t* output);

THIMBLE_END

#endif
