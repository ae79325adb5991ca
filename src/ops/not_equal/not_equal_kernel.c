#include "ops/not_equal/not_equal_kernel.h"

THIMBLE_COMPARISON_BODIES(not_equal, !=)
