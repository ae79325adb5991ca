/* Copying a block of one tensor to a block of another, both with strides: transposition, slices, concatenation. */
#ifndef THIMBLE_MOVE_H
#define THIMBLE_MOVE_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Chunks of bytes, in six nested loops, the innermost last; those not needed have size 1. Starts and steps are in
 * bytes; steps may be 0 (repeat) or negative (reverse). */
typedef struct {
  int32_t chunk;
  int32_t input_start, output_start;
  int32_t size[6];
  int32_t input_step[6];
  int32_t output_step[6];
} thimble_move_params;

/* The blocks must not overlap. */
THIMBLE_KERNEL void thimble_move(const thimble_move_params* p, const void* input, void* output);

THIMBLE_END

#endif
