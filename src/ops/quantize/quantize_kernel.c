#include "ops/quantize/quantize_kernel.h"

#include "kernel/fixed_point.h"
#include "kernel/float_round.h"

static inline int32_t thimble_quantize_element(const thimble_quantize_params* p, float x, int32_t low, int32_t high) {
  return thimble_clamp(thimble_round(x / p->scale) + p->zero_point, low, high);
}

THIMBLE_KERNEL void thimble_quantize_s8(const thimble_quantize_params* p, const float* input, int8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int8_t)thimble_quantize_element(p, input[i], INT8_MIN, INT8_MAX);
}

THIMBLE_KERNEL void thimble_quantize_u8(const thimble_quantize_params* p, const float* input, uint8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (uint8_t)thimble_quantize_element(p, input[i], 0, UINT8_MAX);
}

THIMBLE_KERNEL void thimble_quantize_s16(const thimble_quantize_params* p, const float* input, int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    output[i] = (int16_t)thimble_quantize_element(p, input[i], INT16_MIN, INT16_MAX);
  }
}
