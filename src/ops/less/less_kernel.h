/* Whether x < y, elementwise with broadcasting: 0 or 1. */
#ifndef THIMBLE_LESS_KERNEL_H
#define THIMBLE_LESS_KERNEL_H

#include "kernel/comparison.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

THIMBLE_COMPARISON_KERNELS(less)

THIMBLE_END

#endif
