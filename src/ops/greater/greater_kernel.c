#include "ops/greater/greater_kernel.h"

THIMBLE_COMPARISON_BODIES(greater, >)
