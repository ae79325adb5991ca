#include "ops/sum/sum_kernel.h"

THIMBLE_KERNEL void thimble_sum_f32(const thimble_sum_f32_params* p, const float* input, float* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    float sum = 0.0f;
    THIMBLE_EACH_INPUT(r, first, sum += input[at];)
    *output++ = sum;
  })
}

static inline int32_t thimble_sum_scale(const thimble_sum_params* p, int32_t sum, int32_t low, int32_t high) {
  const int32_t scaled =
      thimble_multiply(thimble_wrap_add(sum, p->sum_offset), p->requant.multiplier, p->requant.shift);
  return thimble_clamp(thimble_wrap_add(scaled, p->output_offset), low, high);
}

THIMBLE_KERNEL void thimble_sum_s8(const thimble_sum_params* p, const int8_t* input, int8_t* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    int32_t sum = 0;
    THIMBLE_EACH_INPUT(r, first, sum = thimble_wrap_add(sum, input[at]);)
    *output++ = (int8_t)thimble_sum_scale(p, sum, INT8_MIN, INT8_MAX);
  })
}

THIMBLE_KERNEL void thimble_sum_s8_once(const thimble_sum_params* p, const int8_t* input, int8_t* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    int32_t sum = p->sum_offset;
    THIMBLE_EACH_INPUT(r, first, sum = thimble_wrap_add(sum, input[at]);)
    sum = thimble_multiply_once(sum, p->requant.multiplier, p->requant.shift);
    *output++ = (int8_t)thimble_clamp(thimble_wrap_add(sum, p->output_offset), INT8_MIN, INT8_MAX);
  })
}

THIMBLE_KERNEL void thimble_sum_s16(const thimble_sum_params* p, const int16_t* input, int16_t* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    int32_t sum = 0;
    THIMBLE_EACH_INPUT(r, first, sum = thimble_wrap_add(sum, input[at]);)
    *output++ = (int16_t)thimble_sum_scale(p, sum, INT16_MIN, INT16_MAX);
  })
}
