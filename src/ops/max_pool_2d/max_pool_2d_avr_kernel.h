/* Maximum over a window of bytes for 8-bit AVRs: pixel by pixel, over all channels. */
#ifndef THIMBLE_MAX_POOL_2D_AVR_KERNEL_H
#define THIMBLE_MAX_POOL_2D_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window;
  int32_t output_min, output_max;
} thimble_max_pool_2d_avr_params;

THIMBLE_KERNEL void thimble_max_pool_2d_avr(const thimble_max_pool_2d_avr_params* p, const int8_t* input,
                                            int8_t* output);

THIMBLE_END

#endif
