#include "ops/dequantize/dequantize_kernel.h"

#include <string.h>

THIMBLE_KERNEL void thimble_dequantize_s8(const thimble_dequantize_params* p, const int8_t* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = p->scale * (float)(input[i] - p->zero_point);
}

THIMBLE_KERNEL void thimble_dequantize_u8(const thimble_dequantize_params* p, const uint8_t* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = p->scale * (float)(input[i] - p->zero_point);
}

THIMBLE_KERNEL void thimble_dequantize_s16(const thimble_dequantize_params* p, const int16_t* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = p->scale * (float)(input[i] - p->zero_point);
}

/* Half precision has 5 bits of exponent with bias 15 and 10 of fraction; a float has 8 with bias 127, and 23. */
static inline float thimble_dequantize_half(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t fraction = half & 1023u;
  uint32_t bits;
  float value;
  if (exponent == 0) { /* zero or subnormal: fraction * 2^-24 */
    value = (float)fraction * 5.9604644775390625e-8f;
    return sign ? -value : value;
  }
  bits = sign | (exponent == 31 ? 255u << 23 : (exponent + 112u) << 23) | fraction << 13;
  memcpy(&value, &bits, sizeof value);
  return value;
}

THIMBLE_KERNEL void thimble_dequantize_f16(const thimble_dequantize_params* p, const uint16_t* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = thimble_dequantize_half(input[i]);
}
