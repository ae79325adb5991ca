#include "ops/neg/neg_kernel.h"

THIMBLE_KERNEL void thimble_neg_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = -input[i];
}
