/* Whether both operands are true, elementwise with broadcasting: 0 or 1. */
#ifndef THIMBLE_LOGICAL_AND_KERNEL_H
#define THIMBLE_LOGICAL_AND_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_logical_and(const thimble_broadcast* p, const uint8_t* a, const uint8_t* b,
                                        uint8_t* output);

THIMBLE_END

#endif
