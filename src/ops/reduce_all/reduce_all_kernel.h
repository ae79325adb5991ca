/* Whether all values are true, over some dimensions; of none, true. */
#ifndef THIMBLE_REDUCE_ALL_KERNEL_H
#define THIMBLE_REDUCE_ALL_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/reduction.h"

THIMBLE_BEGIN

THIMBLE_KERNEL void thimble_reduce_all_bool(const thimble_reduction* p, const uint8_t* input, uint8_t* output);

THIMBLE_END

#endif
