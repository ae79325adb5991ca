/* FULLY_CONNECTED for 8-bit AVRs: weights [units][depth], channels [units]. */
#ifndef THIMBLE_FULLY_CONNECTED_AVR_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_AVR_KERNEL_H

#include "kernel/avr.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches;
  int32_t part, depth, units; /* inputs of a part, of the layer: the same when the input comes whole */
  int32_t first;              /* where in the output the units begin; 0 with more batches than one */
  int32_t output_offset;
  int32_t output_min, output_max;
} thimble_fully_connected_avr_params;

THIMBLE_KERNEL void thimble_fully_connected_avr(const thimble_fully_connected_avr_params* p, const int8_t* input,
                                                const THIMBLE_FAR int8_t* weights,
                                                const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* output);

/* The same for an input that arrives in parts: sums [units] live from `begin` to `end`. Batch 1. `weights` is that of
 * the part's first input. */
THIMBLE_KERNEL void thimble_fully_connected_avr_begin(const thimble_fully_connected_avr_params* p,
                                                      const THIMBLE_FLASH thimble_avr_channel* channels, int32_t* sums);
THIMBLE_KERNEL void thimble_fully_connected_avr_part(const thimble_fully_connected_avr_params* p, const int8_t* input,
                                                     const THIMBLE_FAR int8_t* weights, int32_t* sums);
THIMBLE_KERNEL void thimble_fully_connected_avr_end(const thimble_fully_connected_avr_params* p, const int32_t* sums,
                                                    const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* output);

THIMBLE_END

#endif
