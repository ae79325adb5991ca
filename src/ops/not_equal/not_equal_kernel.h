/* Whether x differs from y, elementwise with broadcasting: 0 or 1. */
#ifndef THIMBLE_NOT_EQUAL_KERNEL_H
#define THIMBLE_NOT_EQUAL_KERNEL_H

#include "kernel/comparison.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_COMPARISON_KERNELS(not_equal)

THIMBLE_END

#endif
