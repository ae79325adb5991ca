#include "ops/rsqrt/rsqrt_kernel.h"

#include <math.h>

THIMBLE_KERNEL void thimble_rsqrt_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = 1.0f / sqrtf(input[i]);
}
