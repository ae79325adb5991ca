#include "ops/add/add_dsp_kernel.h"

/* The sum of two elements, their zero points taken off. */
static inline int8_t thimble_add_dsp_element(const thimble_add_dsp_params* p, int32_t a, int32_t b) {
  const int32_t scaled_a = thimble_dsp_scale(thimble_wrap_shl(a, p->shift_a), p->factor_a);
  const int32_t doubled = scaled_a * 2 + thimble_wrap_shl(b, 20);
  const int32_t sum = thimble_dsp_requantize(doubled, p->factor_output);
  return (int8_t)(p->narrow ? thimble_clamp(sum, p->output_min, p->output_max) : sum);
}

THIMBLE_KERNEL void thimble_add_dsp(const thimble_add_dsp_params* p, const int8_t* a, const int8_t* b, int8_t* output) {
  int32_t left = p->count;
  for (; left >= 4; left -= 4, a += 4, b += 4, output += 4) {
    const uint32_t x = thimble_dsp_load(a), y = thimble_dsp_load(b);
    const int32_t offset_a = p->offset_a, offset_b = p->offset_b;
    output[0] = thimble_add_dsp_element(p, thimble_dsp_add_byte_0(offset_a, x), thimble_dsp_add_byte_0(offset_b, y));
    output[1] = thimble_add_dsp_element(p, thimble_dsp_add_byte_1(offset_a, x), thimble_dsp_add_byte_1(offset_b, y));
    output[2] = thimble_add_dsp_element(p, thimble_dsp_add_byte_2(offset_a, x), thimble_dsp_add_byte_2(offset_b, y));
    output[3] = thimble_add_dsp_element(p, thimble_dsp_add_byte_3(offset_a, x), thimble_dsp_add_byte_3(offset_b, y));
  }
  for (; left > 0; --left) *output++ = thimble_add_dsp_element(p, *a++ + p->offset_a, *b++ + p->offset_b);
}

THIMBLE_KERNEL void thimble_add_s16_dsp(const thimble_add_dsp_params* p, const int16_t* a, const int16_t* b,
                                        int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    const int32_t scaled_a = thimble_dsp_scale(thimble_wrap_shl(a[i], p->shift_a), p->factor_a);
    const int32_t sum = thimble_dsp_scale(scaled_a * 2 + thimble_wrap_shl(b[i], 15), p->factor_output);
    output[i] = (int16_t)thimble_clamp(sum, p->output_min, p->output_max);
  }
}
