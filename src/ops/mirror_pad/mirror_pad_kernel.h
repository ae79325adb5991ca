/* Padding with the elements nearest to the edges, mirrored. */
#ifndef THIMBLE_MIRROR_PAD_KERNEL_H
#define THIMBLE_MIRROR_PAD_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Five dimensions, outermost first; those not needed have size 1 and come first. Output size: before + size + after. */
typedef struct {
  int32_t size[5];
  int32_t before[5];
  int32_t after[5];
  int32_t edge; /* how many elements at the edge are not mirrored: 0 or 1; before and after are at most size - edge */
  int32_t element; /* bytes of one */
} thimble_mirror_pad_params;

THIMBLE_KERNEL void thimble_mirror_pad(const thimble_mirror_pad_params* p, const void* input, void* output);

THIMBLE_END

#endif
