#include "ops/logistic/logistic_kernel.h"

#include <math.h>

#include "kernel/sigmoid16.h"

THIMBLE_KERNEL void thimble_logistic_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = 1.0f / (1.0f + expf(-input[i]));
}

THIMBLE_KERNEL void thimble_logistic_s16(const thimble_logistic_params* p, const int16_t* input,
                                         const THIMBLE_FLASH uint16_t* sigmoid_table, int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    output[i] = thimble_sigmoid16(thimble_sigmoid16_scale(input[i], p->multiplier, p->shift), sigmoid_table);
  }
}
