#include "ops/logical_not/logical_not_kernel.h"

THIMBLE_KERNEL void thimble_logical_not(const thimble_elementwise_params* p, const uint8_t* input, uint8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = input[i] == 0;
}
