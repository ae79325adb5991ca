#include "kernel/row_sum.h"

THIMBLE_KERNEL void thimble_row_sum_begin(const thimble_row_sum_params* p, int32_t* sums) {
  for (int32_t c = 0; c < p->channels; ++c) sums[c] = 0;
}

THIMBLE_KERNEL void thimble_row_sum_s8(const thimble_row_sum_params* p, const int8_t* input, int32_t* sums) {
  for (int32_t i = 0; i < p->pixels; ++i) {
    for (int32_t c = 0; c < p->channels; ++c) sums[c] = thimble_wrap_add(sums[c], *input++);
  }
}
