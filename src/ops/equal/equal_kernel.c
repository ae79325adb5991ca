#include "ops/equal/equal_kernel.h"

THIMBLE_COMPARISON_BODIES(equal, ==)
