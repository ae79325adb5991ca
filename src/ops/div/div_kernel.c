#include "ops/div/div_kernel.h"

#include "kernel/fixed_exp.h"

static inline float thimble_div_clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

THIMBLE_KERNEL void thimble_div_f32(const thimble_div_f32_params* p, const float* a, const float* b, float* output) {
  THIMBLE_EACH_PAIR(float, &p->broadcast, a, b, output, thimble_div_clamp(x / y, p->output_min, p->output_max));
}

THIMBLE_KERNEL void thimble_div_s32(const thimble_div_s32_params* p, const int32_t* a, const int32_t* b,
                                    int32_t* output) {
  THIMBLE_EACH_PAIR(int32_t, &p->broadcast, a, b, output, y == 0 ? 0 : y == -1 ? thimble_wrap_sub(0, x) : x / y);
}

/* x * 2^shift for any shift. TFLM shifts right by more than 31 for dividends near 0: it rounds 0 up to 1 there, and
 * takes the lower five bits of the shift, as x86 does. */
static inline int32_t thimble_div_shift(int32_t x, int shift) {
  if (shift >= 0) return thimble_saturating_shl(x, shift > 31 ? 31 : shift);
  if (shift < -31) return (x >> (-shift & 31)) + (x >= 0);
  return thimble_rounding_shift(x, -shift);
}

/* x / y as a product with the reciprocal of y, both normalized to 31 bits. */
static inline int32_t thimble_div_quantized(const thimble_div_params* p, int32_t a, int32_t b) {
  const int32_t dividend = a + p->offset_a;
  const int32_t divisor = b + p->offset_b; /* of 0: what TFLM's arithmetic makes of it */
  const int32_t x = divisor < 0 ? -dividend : dividend;
  const uint32_t y = (uint32_t)(divisor < 0 ? -divisor : divisor);
  const int headroom_y = thimble_leading_zeros(y);
  const int headroom_x = thimble_leading_zeros((uint32_t)(x < 0 ? ~x : x)) - 1;
  const int32_t reciprocal = thimble_one_over_one_plus((int32_t)((y == 0 ? 0 : y << headroom_y) - (UINT32_C(1) << 31)));
  const int32_t quotient = thimble_high_mul(thimble_wrap_shl(x, headroom_x), reciprocal);
  const int shift = p->requant.shift - (31 - headroom_y) - headroom_x;
  const int32_t scaled = thimble_div_shift(thimble_high_mul(quotient, p->requant.multiplier), shift);
  return thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
}

THIMBLE_KERNEL void thimble_div_s8(const thimble_div_params* p, const int8_t* a, const int8_t* b, int8_t* output) {
  THIMBLE_EACH_PAIR(int8_t, &p->broadcast, a, b, output, (int8_t)thimble_div_quantized(p, x, y));
}
