#include "ops/hard_swish/hard_swish_kernel.h"

THIMBLE_KERNEL void thimble_hard_swish_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    const float gate = input[i] + 3.0f;
    output[i] = input[i] * (gate < 0.0f ? 0.0f : gate > 6.0f ? 6.0f : gate) / 6.0f;
  }
}
