#include "ops/mirror_pad/mirror_pad_kernel.h"

#include <string.h>

/* Where the element at `index` of dimension d comes from. */
static inline int32_t thimble_mirror_pad_source(const thimble_mirror_pad_params* p, int32_t d, int32_t index) {
  const int32_t inside = index - p->before[d];
  if (inside < 0) return p->edge - 1 - inside;
  return inside < p->size[d] ? inside : 2 * p->size[d] - 1 - p->edge - inside;
}

THIMBLE_KERNEL void thimble_mirror_pad(const thimble_mirror_pad_params* p, const void* input, void* output) {
  int32_t index[5] = {0, 0, 0, 0, 0};
  int32_t rows = 1;
  const int32_t columns = p->before[4] + p->size[4] + p->after[4];
  uint8_t* to = (uint8_t*)output;
  for (int32_t d = 0; d < 4; ++d) rows *= p->before[d] + p->size[d] + p->after[d];
  for (; rows > 0; --rows) {
    int32_t row = 0;
    for (int32_t d = 0; d < 4; ++d) row = row * p->size[d] + thimble_mirror_pad_source(p, d, index[d]);
    for (int32_t i = 0; i < columns; ++i, to += p->element) {
      const int32_t from = row * p->size[4] + thimble_mirror_pad_source(p, 4, i);
      memcpy(to, (const uint8_t*)input + from * p->element, (size_t)p->element);
    }
    for (int32_t d = 3; d >= 0; --d) {
      if (++index[d] < p->before[d] + p->size[d] + p->after[d]) break;
      index[d] = 0;
    }
  }
}
