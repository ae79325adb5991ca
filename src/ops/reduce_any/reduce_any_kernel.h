/* Whether any value is true, over some dimensions; of none, false. */
#ifndef THIMBLE_REDUCE_ANY_KERNEL_H
#define THIMBLE_REDUCE_ANY_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/reduction.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_reduce_any_bool(const thimble_reduction* p, const uint8_t* input, uint8_t* output);

THIMBLE_END

#endif
