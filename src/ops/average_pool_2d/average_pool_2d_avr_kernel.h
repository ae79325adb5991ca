/* Average over a window of bytes for 8-bit AVRs. */
#ifndef THIMBLE_AVERAGE_POOL_2D_AVR_KERNEL_H
#define THIMBLE_AVERAGE_POOL_2D_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* of at most 255 pixels */
  int32_t output_min, output_max;
} thimble_average_pool_2d_avr_params;

THIMBLE_KERNEL void thimble_average_pool_2d_avr(const thimble_average_pool_2d_avr_params* p, const int8_t* input,
                                                int8_t* output);

THIMBLE_END

#endif
