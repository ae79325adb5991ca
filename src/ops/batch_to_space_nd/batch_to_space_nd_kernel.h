/* Batches as the pixels of each place in a block. */
#ifndef THIMBLE_BATCH_TO_SPACE_ND_KERNEL_H
#define THIMBLE_BATCH_TO_SPACE_ND_KERNEL_H

#include "kernel/blocks.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_batch_to_space_nd(const thimble_blocks* p, const void* input, void* output);

THIMBLE_END

#endif
