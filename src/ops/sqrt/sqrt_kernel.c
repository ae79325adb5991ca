#include "ops/sqrt/sqrt_kernel.h"

#include <math.h>

THIMBLE_KERNEL void thimble_sqrt_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = sqrtf(input[i]);
}
