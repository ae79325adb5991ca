#include "ops/round/round_kernel.h"

#include "kernel/float_math.h"

THIMBLE_KERNEL void thimble_round_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = rintf(input[i]);
}
