#include "ops/mul/mul_avr_kernel.h"

THIMBLE_KERNEL void thimble_mul_avr(const thimble_mul_avr_params* p, const int8_t* a, const int8_t* b, int8_t* output) {
  THIMBLE_AVR_EACH_PAIR(&p->pairs, a, b, (int16_t)p->offset_a, (int16_t)p->offset_b, output,
                        thimble_avr_finish((int32_t)x * y, p->multiplier, (uint8_t)p->shift, (int16_t)p->output_offset,
                                           (int8_t)p->output_min, (int8_t)p->output_max))
}
