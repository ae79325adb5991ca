#include "ops/ceil/ceil_kernel.h"

#include <math.h>

THIMBLE_KERNEL void thimble_ceil_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = ceilf(input[i]);
}
