/* Whether the operand is false: 0 or 1. */
#ifndef THIMBLE_LOGICAL_NOT_KERNEL_H
#define THIMBLE_LOGICAL_NOT_KERNEL_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_logical_not(const thimble_elementwise_params* p, const uint8_t* input, uint8_t* output);

THIMBLE_END

#endif
