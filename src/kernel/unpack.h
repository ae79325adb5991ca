/* A packed constant (kernel/packed_bits.h), unpacked before the call that reads it. */
#ifndef THIMBLE_UNPACK_H
#define THIMBLE_UNPACK_H

#include "kernel/flash.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t bytes; /* at least 1 */
} thimble_unpack_params;

THIMBLE_SHARED_KERNEL void thimble_unpack(const thimble_unpack_params* p, const THIMBLE_FLASH uint8_t* packed,
                                          const THIMBLE_FLASH uint8_t* code, uint8_t* output);

THIMBLE_END

#endif
