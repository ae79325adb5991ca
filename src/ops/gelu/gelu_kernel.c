#include "ops/gelu/gelu_kernel.h"

#include "kernel/float_math.h"

THIMBLE_KERNEL void thimble_gelu_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  const float minus_sqrt_half = -0.707106781f;
  for (int32_t i = 0; i < p->count; ++i) output[i] = 0.5f * input[i] * erfcf(input[i] * minus_sqrt_half);
}

THIMBLE_KERNEL void thimble_gelu_approximate_f32(const thimble_elementwise_params* p, const float* input,
                                                 float* output) {
  const float sqrt_two_over_pi = 0.797884561f;
  for (int32_t i = 0; i < p->count; ++i) {
    const float x = input[i];
    output[i] = 0.5f * x * (1.0f + tanhf(sqrt_two_over_pi * (x + 0.044715f * x * x * x)));
  }
}
