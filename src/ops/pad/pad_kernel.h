/* Padding with a constant, of elements of 1, 2 or 4 bytes. */
#ifndef THIMBLE_PAD_KERNEL_H
#define THIMBLE_PAD_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Five dimensions, outermost first; those not needed have size 1 and come first. Output size: before + size + after. */
typedef struct {
  int32_t size[5];
  int32_t before[5];
  int32_t after[5];
  int32_t value; /* the element's bits */
} thimble_pad_params;

THIMBLE_KERNEL void thimble_pad_8(const thimble_pad_params* p, const uint8_t* input, uint8_t* output);
THIMBLE_KERNEL void thimble_pad_16(const thimble_pad_params* p, const uint16_t* input, uint16_t* output);
THIMBLE_KERNEL void thimble_pad_32(const thimble_pad_params* p, const uint32_t* input, uint32_t* output);

THIMBLE_END

#endif
