#include "kernel/move.h"

#include <string.h>

/* One innermost loop. Single bytes, the most frequent chunk of quantized models, are not worth a call. */
static inline void thimble_move_row(const thimble_move_params* p, const uint8_t* input, uint8_t* output) {
  if (p->chunk == 1) {
    for (int32_t i = 0; i < p->size[5]; ++i) output[i * p->output_step[5]] = input[i * p->input_step[5]];
  } else {
    for (int32_t i = 0; i < p->size[5]; ++i) {
      memcpy(output + i * p->output_step[5], input + i * p->input_step[5], (size_t)p->chunk);
    }
  }
}

THIMBLE_KERNEL void thimble_move(const thimble_move_params* p, const void* input, void* output) {
  int32_t index[5] = {0, 0, 0, 0, 0};
  int32_t from = p->input_start;
  int32_t to = p->output_start;
  int32_t rows = 1;
  for (int32_t d = 0; d < 5; ++d) rows *= p->size[d];
  for (; rows > 0; --rows) {
    thimble_move_row(p, (const uint8_t*)input + from, (uint8_t*)output + to);
    for (int32_t d = 4; d >= 0; --d) {
      from += p->input_step[d];
      to += p->output_step[d];
      if (++index[d] < p->size[d]) break;
      from -= p->input_step[d] * p->size[d];
      to -= p->output_step[d] * p->size[d];
      index[d] = 0;
    }
  }
}
