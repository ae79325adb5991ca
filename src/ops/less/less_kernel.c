#include "ops/less/less_kernel.h"

THIMBLE_COMPARISON_BODIES(less, <)
