/* Slices of a tensor, each chosen by several indices, one for each of its outermost dimensions. Indices out of range
 * count as the nearest in range. */
#ifndef THIMBLE_GATHER_ND_KERNEL_H
#define THIMBLE_GATHER_ND_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* size and stride: of the dimensions that are indexed, size at least 1, stride in bytes. */
typedef struct {
  int32_t slices;
  int32_t slice_bytes;
  int32_t indices; /* of one slice, at most 8 */
  int32_t size[8];
  int32_t stride[8];
} thimble_gather_nd_params;

THIMBLE_KERNEL void thimble_gather_nd_i32(const thimble_gather_nd_params* p, const void* input, const int32_t* indices,
                                          void* output);
THIMBLE_KERNEL void thimble_gather_nd_i64(const thimble_gather_nd_params* p, const void* input, const int64_t* indices,
                                          void* output);

THIMBLE_END

#endif
