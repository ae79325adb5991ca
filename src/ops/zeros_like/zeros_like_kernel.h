/* Zeros. */
#ifndef THIMBLE_ZEROS_LIKE_KERNEL_H
#define THIMBLE_ZEROS_LIKE_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t bytes;
} thimble_zeros_like_params;

THIMBLE_KERNEL void thimble_zeros_like(const thimble_zeros_like_params* p, void* output);

THIMBLE_END

#endif
