#include "ops/reduce_any/reduce_any_kernel.h"

THIMBLE_KERNEL void thimble_reduce_any_bool(const thimble_reduction* p, const uint8_t* input, uint8_t* output) {
  THIMBLE_REDUCE(uint8_t, p, input, output, 0, (uint8_t)(y | (x != 0)));
}
