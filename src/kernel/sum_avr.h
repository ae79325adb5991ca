/* Sum and difference of bytes for 8-bit AVRs. */
#ifndef THIMBLE_SUM_AVR_H
#define THIMBLE_SUM_AVR_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Both operands are brought to twice the scale of b, the larger, with 20 more bits: the factor of b is 1/2. */
typedef struct {
  thimble_avr_pairs pairs;
  int32_t offset_a, offset_b;    /* minus the zero points */
  int32_t sign_a, sign_b;        /* 1 or -1 */
  int32_t multiplier_a, shift_a; /* of a * 2^20: multiplier * 2^(-31 - shift); shift 0 with 2^30 only */
  int32_t multiplier_output, shift_output;
  int32_t output_offset;
  int32_t output_min, output_max;
} thimble_sum_avr_params;

/* The output may take the place of an operand of as many elements. */
THIMBLE_KERNEL void thimble_sum_avr(const thimble_sum_avr_params* p, const int8_t* a, const int8_t* b, int8_t* output);

THIMBLE_END

#endif
