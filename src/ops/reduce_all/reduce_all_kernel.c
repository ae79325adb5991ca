#include "ops/reduce_all/reduce_all_kernel.h"

THIMBLE_KERNEL void thimble_reduce_all_bool(const thimble_reduction* p, const uint8_t* input, uint8_t* output) {
  THIMBLE_REDUCE(uint8_t, p, input, output, 1, (uint8_t)(y & (x != 0)));
}
