#include "ops/mean/mean_avr_kernel.h"

THIMBLE_KERNEL void thimble_mean_avr(const thimble_mean_avr_params* p, const int8_t* input, int8_t* output) {
  const thimble_reduction* r = &p->reduction;
  THIMBLE_EACH_OUTPUT(r, {
    int32_t sum = p->sum_offset;
    for (int16_t r0 = 0; r0 < (int16_t)r->reduced[0]; ++r0) {
      for (int16_t r1 = 0; r1 < (int16_t)r->reduced[1]; ++r1) {
        const int8_t* at = input + (int16_t)first + (int16_t)(r0 * (int16_t)r->reduced_stride[0]) +
                           (int16_t)(r1 * (int16_t)r->reduced_stride[1]);
        sum = thimble_avr_sum(at, (int16_t)r->reduced_stride[2], (uint16_t)r->reduced[2], sum);
      }
    }
    *output++ =
        thimble_avr_finish(sum, p->multiplier, (uint8_t)p->shift, (int16_t)p->output_offset, INT8_MIN, INT8_MAX);
  })
}
