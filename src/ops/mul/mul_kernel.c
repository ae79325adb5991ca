#include "ops/mul/mul_kernel.h"

static inline float thimble_mul_clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

THIMBLE_KERNEL void thimble_mul_f32(const thimble_mul_f32_params* p, const float* a, const float* b, float* output) {
  THIMBLE_EACH_PAIR(float, &p->broadcast, a, b, output, thimble_mul_clamp(x * y, p->output_min, p->output_max));
}

THIMBLE_KERNEL void thimble_mul_s32(const thimble_mul_s32_params* p, const int32_t* a, const int32_t* b,
                                    int32_t* output) {
  THIMBLE_EACH_PAIR(int32_t, &p->broadcast, a, b, output, thimble_wrap_mul(x, y));
}

static inline int32_t thimble_mul_quantized(const thimble_mul_params* p, int32_t x, int32_t y) {
  const int32_t product = thimble_wrap_mul(x + p->offset_a, y + p->offset_b);
  const int32_t scaled = thimble_multiply(product, p->requant.multiplier, p->requant.shift);
  return thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
}

THIMBLE_KERNEL void thimble_mul_s8(const thimble_mul_params* p, const int8_t* a, const int8_t* b, int8_t* output) {
  THIMBLE_EACH_PAIR(int8_t, &p->broadcast, a, b, output, (int8_t)thimble_mul_quantized(p, x, y));
}

THIMBLE_KERNEL void thimble_mul_u8(const thimble_mul_params* p, const uint8_t* a, const uint8_t* b, uint8_t* output) {
  THIMBLE_EACH_PAIR(uint8_t, &p->broadcast, a, b, output, (uint8_t)thimble_mul_quantized(p, x, y));
}

THIMBLE_KERNEL void thimble_mul_s16(const thimble_mul_params* p, const int16_t* a, const int16_t* b, int16_t* output) {
  THIMBLE_EACH_PAIR(int16_t, &p->broadcast, a, b, output, (int16_t)thimble_mul_quantized(p, x, y));
}
