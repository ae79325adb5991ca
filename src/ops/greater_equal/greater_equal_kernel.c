#include "ops/greater_equal/greater_equal_kernel.h"

THIMBLE_COMPARISON_BODIES(greater_equal, >=)
