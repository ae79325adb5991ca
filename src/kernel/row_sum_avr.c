#include "kernel/row_sum_avr.h"

THIMBLE_KERNEL void thimble_row_sum_avr(const thimble_row_sum_params* p, const int8_t* input, int32_t* sums) {
  for (int16_t c = (int16_t)p->channels; c > 0; --c, ++sums) {
    *sums = thimble_avr_sum(input++, (int16_t)p->channels, (uint16_t)p->pixels, *sums);
  }
}
