/* Pixels of each place in a block, as batches of their own. */
#ifndef THIMBLE_SPACE_TO_BATCH_ND_KERNEL_H
#define THIMBLE_SPACE_TO_BATCH_ND_KERNEL_H

#include "kernel/blocks.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  thimble_blocks blocks;
  int32_t value; /* the byte that fills pixels beyond the edges */
} thimble_space_to_batch_nd_params;

THIMBLE_KERNEL void thimble_space_to_batch_nd(const thimble_space_to_batch_nd_params* p, const void* input,
                                              void* output);

THIMBLE_END

#endif
