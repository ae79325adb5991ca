#include "ops/mean/mean_kernel.h"

THIMBLE_KERNEL void thimble_mean_f32(const thimble_mean_f32_params* p, const float* input, float* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    float sum = 0.0f;
    THIMBLE_EACH_INPUT(r, first, sum += input[at];)
    *output++ = sum / p->count;
  })
}

THIMBLE_KERNEL void thimble_mean_of_sums_s8(const thimble_mean_of_sums_params* p, const int32_t* sums, int8_t* output) {
  for (int32_t c = 0; c < p->count; ++c) {
    const int32_t sum = thimble_wrap_add(sums[c], p->sum_offset);
    const int32_t scaled = thimble_multiply(sum, p->requant.multiplier, p->requant.shift);
    output[c] = (int8_t)thimble_clamp(thimble_wrap_add(scaled, p->output_offset), INT8_MIN, INT8_MAX);
  }
}

static inline int32_t thimble_mean_scale(const thimble_mean_params* p, int32_t sum, int32_t low, int32_t high) {
  const int32_t scaled =
      thimble_multiply(thimble_wrap_add(sum, p->sum_offset), p->requant.multiplier, p->requant.shift);
  return thimble_clamp(thimble_wrap_add(scaled, p->output_offset), low, high);
}

THIMBLE_KERNEL void thimble_mean_s8(const thimble_mean_params* p, const int8_t* input, int8_t* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    int32_t sum = 0;
    THIMBLE_EACH_INPUT(r, first, sum = thimble_wrap_add(sum, input[at]);)
    *output++ = (int8_t)thimble_mean_scale(p, sum, INT8_MIN, INT8_MAX);
  })
}

THIMBLE_KERNEL void thimble_mean_u8(const thimble_mean_params* p, const uint8_t* input, uint8_t* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    int32_t sum = 0;
    THIMBLE_EACH_INPUT(r, first, sum = thimble_wrap_add(sum, input[at]);)
    *output++ = (uint8_t)thimble_mean_scale(p, sum, 0, UINT8_MAX);
  })
}

THIMBLE_KERNEL void thimble_mean_s16(const thimble_mean_params* p, const int16_t* input, int16_t* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    int32_t sum = 0;
    THIMBLE_EACH_INPUT(r, first, sum = thimble_wrap_add(sum, input[at]);)
    *output++ = (int16_t)thimble_mean_scale(p, sum, INT16_MIN, INT16_MAX);
  })
}
