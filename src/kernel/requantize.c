#include "kernel/requantize.h"

static inline int32_t thimble_requantize_element(const thimble_requantize_params* p, int32_t x) {
  const int32_t scaled =
      thimble_multiply(thimble_wrap_add(x, p->input_offset), p->requant.multiplier, p->requant.shift);
  return thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
}

THIMBLE_KERNEL void thimble_requantize_s8_s8(const thimble_requantize_params* p, const int8_t* input, int8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int8_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s8_u8(const thimble_requantize_params* p, const int8_t* input, uint8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (uint8_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s8_s16(const thimble_requantize_params* p, const int8_t* input,
                                              int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int16_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s8_s32(const thimble_requantize_params* p, const int8_t* input,
                                              int32_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_u8_s8(const thimble_requantize_params* p, const uint8_t* input, int8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int8_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_u8_u8(const thimble_requantize_params* p, const uint8_t* input,
                                             uint8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (uint8_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s16_s8(const thimble_requantize_params* p, const int16_t* input,
                                              int8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int8_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s16_s16(const thimble_requantize_params* p, const int16_t* input,
                                               int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int16_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s16_s32(const thimble_requantize_params* p, const int16_t* input,
                                               int32_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s32_s8(const thimble_requantize_params* p, const int32_t* input,
                                              int8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int8_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_requantize_s32_s16(const thimble_requantize_params* p, const int32_t* input,
                                               int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = (int16_t)thimble_requantize_element(p, input[i]);
}

THIMBLE_KERNEL void thimble_clamp_f32(const thimble_clamp_f32_params* p, const float* input, float* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    const float x = input[i];
    output[i] = x < p->min ? p->min : x > p->max ? p->max : x;
  }
}
