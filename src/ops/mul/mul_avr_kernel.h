/* Product of bytes for 8-bit AVRs. */
#ifndef THIMBLE_MUL_AVR_KERNEL_H
#define THIMBLE_MUL_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_avr_pairs pairs;
  int32_t offset_a, offset_b; /* minus the zero points */
  int32_t multiplier, shift;  /* of the product: multiplier * 2^(-31 - shift) */
  int32_t output_offset;
  int32_t output_min, output_max;
} thimble_mul_avr_params;

/* The output may take the place of an operand of as many elements. */
THIMBLE_KERNEL void thimble_mul_avr(const thimble_mul_avr_params* p, const int8_t* a, const int8_t* b, int8_t* output);

THIMBLE_END

#endif
