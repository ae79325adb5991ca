#include "ops/pad/pad_kernel.h"

/* Whether the current output row lies in the input; then moves on to the next. */
static inline int thimble_pad_next_row(const thimble_pad_params* p, int32_t* index) {
  int inside = 1;
  for (int32_t d = 0; d < 4; ++d) inside &= index[d] >= p->before[d] && index[d] < p->before[d] + p->size[d];
  for (int32_t d = 3; d >= 0; --d) {
    if (++index[d] < p->before[d] + p->size[d] + p->after[d]) break;
    index[d] = 0;
  }
  return inside;
}

/* The body for one element type. Input rows come in the order in which output rows need them. */
#define THIMBLE_PAD(TYPE)                                                          \
  int32_t rows = 1;                                                                \
  int32_t index[4] = {0, 0, 0, 0};                                                 \
  for (int32_t d = 0; d < 4; ++d) rows *= p->before[d] + p->size[d] + p->after[d]; \
  for (; rows > 0; --rows) {                                                       \
    const int inside = thimble_pad_next_row(p, index);                             \
    const int32_t before = inside ? p->before[4] : p->before[4] + p->size[4];      \
    for (int32_t i = 0; i < before; ++i) *output++ = (TYPE)p->value;               \
    if (inside) {                                                                  \
      for (int32_t i = 0; i < p->size[4]; ++i) *output++ = *input++;               \
    }                                                                              \
    for (int32_t i = 0; i < p->after[4]; ++i) *output++ = (TYPE)p->value;          \
  }

THIMBLE_KERNEL void thimble_pad_8(const thimble_pad_params* p, const uint8_t* input,
                                  uint8_t* output){THIMBLE_PAD(uint8_t)}

THIMBLE_KERNEL
    void thimble_pad_16(const thimble_pad_params* p, const uint16_t* input, uint16_t* output){THIMBLE_PAD(uint16_t)}

THIMBLE_KERNEL void thimble_pad_32(const thimble_pad_params* p, const uint32_t* input, uint32_t* output) {
  THIMBLE_PAD(uint32_t)
}
