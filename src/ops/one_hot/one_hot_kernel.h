/* Indices as vectors of `depth` elements: `on` at the index, `off` elsewhere. */
#ifndef THIMBLE_ONE_HOT_KERNEL_H
#define THIMBLE_ONE_HOT_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* indices [outer][inner], output [outer][depth][inner] */
typedef struct {
  int32_t outer, depth, inner;
  int32_t element; /* bytes of one */
} thimble_one_hot_params;

/* An index out of range makes `off` everywhere. */
THIMBLE_KERNEL void thimble_one_hot_i32(const thimble_one_hot_params* p, const int32_t* indices, const void* on,
                                        const void* off, void* output);
THIMBLE_KERNEL void thimble_one_hot_i64(const thimble_one_hot_params* p, const int64_t* indices, const void* on,
                                        const void* off, void* output);

THIMBLE_END

#endif
