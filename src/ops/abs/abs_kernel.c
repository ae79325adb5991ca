#include "ops/abs/abs_kernel.h"

THIMBLE_KERNEL void thimble_abs_f32(const thimble_elementwise_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = input[i] < 0.0f ? -input[i] : input[i];
}

THIMBLE_KERNEL void thimble_abs_s16(const thimble_abs_s16_params* p, const int16_t* input, int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    const int32_t x = input[i] < 0 ? -input[i] : input[i];
    output[i] =
        (int16_t)thimble_clamp(thimble_multiply(x, p->requant.multiplier, p->requant.shift), INT16_MIN, INT16_MAX);
  }
}

THIMBLE_KERNEL void thimble_abs_s32(const thimble_elementwise_params* p, const int32_t* input, int32_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = input[i] < 0 ? thimble_wrap_sub(0, input[i]) : input[i];
}
