#include "ops/squared_difference/squared_difference_kernel.h"

THIMBLE_KERNEL void thimble_squared_difference_f32(const thimble_squared_difference_f32_params* p, const float* a,
                                                   const float* b, float* output) {
  THIMBLE_EACH_PAIR(float, &p->broadcast, a, b, output, (x - y) * (x - y));
}

static inline int32_t thimble_squared_difference_quantized(const thimble_squared_difference_params* p, int32_t x,
                                                           int32_t y) {
  const int32_t a = thimble_wrap_shl(x + p->offset_a, p->left_shift);
  const int32_t b = thimble_wrap_shl(y + p->offset_b, p->left_shift);
  const int32_t difference = thimble_wrap_sub(thimble_multiply(a, p->requant_a.multiplier, p->requant_a.shift),
                                              thimble_multiply(b, p->requant_b.multiplier, p->requant_b.shift));
  const int32_t scaled =
      thimble_multiply(thimble_wrap_mul(difference, difference), p->requant_output.multiplier, p->requant_output.shift);
  return thimble_wrap_add(scaled, p->output_offset);
}

THIMBLE_KERNEL void thimble_squared_difference_s8(const thimble_squared_difference_params* p, const int8_t* a,
                                                  const int8_t* b, int8_t* output) {
  THIMBLE_EACH_PAIR(int8_t, &p->broadcast, a, b, output,
                    (int8_t)thimble_clamp(thimble_squared_difference_quantized(p, x, y), INT8_MIN, INT8_MAX));
}

THIMBLE_KERNEL void thimble_squared_difference_s16(const thimble_squared_difference_params* p, const int16_t* a,
                                                   const int16_t* b, int16_t* output) {
  THIMBLE_EACH_PAIR(int16_t, &p->broadcast, a, b, output,
                    (int16_t)thimble_clamp(thimble_squared_difference_quantized(p, x, y), INT16_MIN, INT16_MAX));
}
