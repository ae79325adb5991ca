#include "ops/leaky_relu/leaky_relu_kernel.h"

THIMBLE_KERNEL void thimble_leaky_relu_f32(const thimble_leaky_relu_f32_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = input[i] > 0.0f ? input[i] : input[i] * p->alpha;
}

static inline int32_t thimble_leaky_relu_element(const thimble_leaky_relu_params* p, int32_t q) {
  const int32_t x = q + p->input_offset;
  if (x >= 0) return thimble_wrap_add(thimble_multiply(x, p->positive.multiplier, p->positive.shift), p->output_offset);
  return thimble_wrap_add(thimble_wrap_mul(p->sign, thimble_multiply(x, p->negative.multiplier, p->negative.shift)),
                          p->output_offset);
}

THIMBLE_KERNEL void thimble_leaky_relu_s8(const thimble_leaky_relu_params* p, const int8_t* input, int8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    output[i] = (int8_t)thimble_clamp(thimble_leaky_relu_element(p, input[i]), INT8_MIN, INT8_MAX);
  }
}

THIMBLE_KERNEL void thimble_leaky_relu_s16(const thimble_leaky_relu_params* p, const int16_t* input, int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    output[i] = (int16_t)thimble_clamp(thimble_leaky_relu_element(p, input[i]), INT16_MIN, INT16_MAX);
  }
}
