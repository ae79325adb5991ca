/* Copying a tensor: all that is left of operators that only change its shape or do nothing at inference. */
#ifndef THIMBLE_COPY_H
#define THIMBLE_COPY_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t bytes;
} thimble_copy_params;

/* output may be input. */
THIMBLE_KERNEL void thimble_copy(const thimble_copy_params* p, const void* input, void* output);

THIMBLE_END

#endif
