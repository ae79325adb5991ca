#include "ops/rsqrt/rsqrt_kernel.h"

#include <math.h>

THIMBLE_KERNEL void thimble_rsqrt_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = 1.0f / sqrtf(input[i]);
}

THIMBLE_KERNEL void thimble_rsqrt_s16(const thimble_rsqrt_params* p, const int16_t* input, int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    output[i] = (int16_t)thimble_clamp(thimble_rsqrt_element(p, input[i]), INT16_MIN, INT16_MAX);
  }
}
