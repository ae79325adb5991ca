#include "ops/prelu/prelu_kernel.h"

THIMBLE_KERNEL void thimble_prelu_f32(const thimble_prelu_f32_params* p, const float* input, const float* alpha,
                                      float* output) {
  THIMBLE_EACH_PAIR(float, &p->broadcast, input, alpha, output, x >= 0.0f ? x : x * y);
}

static inline int32_t thimble_prelu_quantized(const thimble_prelu_params* p, int32_t input, int32_t alpha) {
  const int32_t x = input + p->input_offset;
  const int32_t scaled =
      x >= 0 ? thimble_multiply(x, p->positive.multiplier, p->positive.shift)
             : thimble_multiply(x * (alpha + p->alpha_offset), p->negative.multiplier, p->negative.shift);
  return thimble_wrap_add(scaled, p->output_offset);
}

THIMBLE_KERNEL void thimble_prelu_s8(const thimble_prelu_params* p, const int8_t* input, const int8_t* alpha,
                                     int8_t* output) {
  THIMBLE_EACH_PAIR(int8_t, &p->broadcast, input, alpha, output,
                    (int8_t)thimble_clamp(thimble_prelu_quantized(p, x, y), INT8_MIN, INT8_MAX));
}

THIMBLE_KERNEL void thimble_prelu_s16(const thimble_prelu_params* p, const int16_t* input, const int8_t* alpha,
                                      int16_t* output) {
  THIMBLE_EACH_PAIR(int16_t, &p->broadcast, input, alpha, output,
                    (int16_t)thimble_clamp(thimble_prelu_quantized(p, x, y), INT16_MIN, INT16_MAX));
}
