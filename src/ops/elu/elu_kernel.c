#include "ops/elu/elu_kernel.h"

#include "kernel/float_math.h"

THIMBLE_KERNEL void thimble_elu_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = input[i] < 0.0f ? expm1f(input[i]) : input[i];
}
