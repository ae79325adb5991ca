/* Slices of a tensor, chosen by index. */
#ifndef THIMBLE_GATHER_KERNEL_H
#define THIMBLE_GATHER_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Input [batches][outer][size][slice], indices [batches][count], output [batches][outer][count][slice]; slices are of
 * `slice` bytes. */
typedef struct {
  int32_t batches, outer, size, count, slice;
} thimble_gather_params;

/* Indices out of range are moved to the nearest end. */
THIMBLE_KERNEL void thimble_gather_i32(const thimble_gather_params* p, const void* input, const int32_t* indices,
                                       void* output);
THIMBLE_KERNEL void thimble_gather_i64(const thimble_gather_params* p, const void* input, const int64_t* indices,
                                       void* output);

THIMBLE_END

#endif
