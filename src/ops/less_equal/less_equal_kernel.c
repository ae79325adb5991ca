#include "ops/less_equal/less_equal_kernel.h"

THIMBLE_COMPARISON_BODIES(less_equal, <=)
