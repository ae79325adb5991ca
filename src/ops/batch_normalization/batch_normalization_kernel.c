#include "ops/batch_normalization/batch_normalization_kernel.h"

THIMBLE_KERNEL void thimble_batch_normalization_f32(const thimble_batch_normalization_f32_params* p, const float* input,
                                                    const float* factor, const float* offset, float* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    for (int32_t c = 0; c < p->channels; ++c) *output++ = *input++ * factor[c] + offset[c];
  }
}
