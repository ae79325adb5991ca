/* Whether x >= y, elementwise with broadcasting: 0 or 1. */
#ifndef THIMBLE_GREATER_EQUAL_KERNEL_H
#define THIMBLE_GREATER_EQUAL_KERNEL_H

#include "kernel/comparison.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_COMPARISON_KERNELS(greater_equal)

THIMBLE_END

#endif
