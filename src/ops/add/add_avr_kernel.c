#include "ops/add/add_avr_kernel.h"

/* x * 2^20 at the factor of the smaller scale. */
THIMBLE_AVR_CALLED int32_t thimble_add_avr_scale(int16_t x, int32_t multiplier, uint8_t shift) {
  return thimble_avr_rounding_shift(thimble_avr_high_mul_16((int16_t)(x * 16), multiplier), shift);
}

THIMBLE_KERNEL void thimble_add_avr(const thimble_add_avr_params* p, const int8_t* a, const int8_t* b, int8_t* output) {
  for (uint16_t left = (uint16_t)p->count; left > 0; --left) {
    const int16_t x = (int16_t)(*a++ + (int16_t)p->offset_a), y = (int16_t)(*b++ + (int16_t)p->offset_b);
    const int32_t half = (int32_t)((uint32_t)(uint16_t)(y * 8) << 16); /* y * 2^19 */
    const int32_t sum = half + thimble_add_avr_scale(x, p->multiplier_a, (uint8_t)p->shift_a);
    *output++ = thimble_avr_finish(sum, p->multiplier_output, (uint8_t)p->shift_output, (int16_t)p->output_offset,
                                   (int8_t)p->output_min, (int8_t)p->output_max);
  }
}
