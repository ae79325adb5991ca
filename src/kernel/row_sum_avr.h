/* Sums over rows of channels, kept from one row to the next, for 8-bit AVRs. */
#ifndef THIMBLE_ROW_SUM_AVR_H
#define THIMBLE_ROW_SUM_AVR_H

#include "kernel/avr.h"
#include "kernel/kernel.h"
#include "kernel/row_sum.h"

THIMBLE_BEGIN

/* sums [channels] += input [pixels][channels] */
THIMBLE_KERNEL void thimble_row_sum_avr(const thimble_row_sum_params* p, const int8_t* input, int32_t* sums);

THIMBLE_END

#endif
