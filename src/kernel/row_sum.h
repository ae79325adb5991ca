/* Sums over rows of channels, kept from one row to the next. */
#ifndef THIMBLE_ROW_SUM_H
#define THIMBLE_ROW_SUM_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t pixels, channels;
} thimble_row_sum_params;

/* sums [channels] = 0 */
THIMBLE_KERNEL void thimble_row_sum_begin(const thimble_row_sum_params* p, int32_t* sums);
/* sums [channels] += input [pixels][channels] */
THIMBLE_KERNEL void thimble_row_sum_s8(const thimble_row_sum_params* p, const int8_t* input, int32_t* sums);

THIMBLE_END

#endif
