#include "ops/select_v2/select_v2_kernel.h"

/* The offsets of the current innermost loop. */
typedef struct {
  int32_t index[5];
  int32_t condition, x, y;
} thimble_select_v2_row;

static inline void thimble_select_v2_next(const thimble_select_v2_params* p, thimble_select_v2_row* row) {
  for (int32_t d = 4; d >= 0; --d) {
    row->condition += p->condition_step[d];
    row->x += p->x_step[d];
    row->y += p->y_step[d];
    if (++row->index[d] < p->size[d]) return;
    row->condition -= p->condition_step[d] * p->size[d];
    row->x -= p->x_step[d] * p->size[d];
    row->y -= p->y_step[d] * p->size[d];
    row->index[d] = 0;
  }
}

/* The body for any type of elements. */
#define THIMBLE_SELECT_V2                                                             \
  thimble_select_v2_row row = {{0, 0, 0, 0, 0}, 0, 0, 0};                             \
  int32_t rows = 1;                                                                   \
  for (int32_t d = 0; d < 5; ++d) rows *= p->size[d];                                 \
  for (; rows > 0; --rows) {                                                          \
    for (int32_t i = 0; i < p->size[5]; ++i) {                                        \
      const int chosen = condition[row.condition + i * p->condition_step[5]] != 0;    \
      *output++ = chosen ? x[row.x + i * p->x_step[5]] : y[row.y + i * p->y_step[5]]; \
    }                                                                                 \
    thimble_select_v2_next(p, &row);                                                  \
  }

THIMBLE_KERNEL void thimble_select_v2_8(const thimble_select_v2_params* p, const uint8_t* condition, const uint8_t* x,
                                        const uint8_t* y, uint8_t* output) {
  THIMBLE_SELECT_V2;
}

THIMBLE_KERNEL void thimble_select_v2_16(const thimble_select_v2_params* p, const uint8_t* condition, const uint16_t* x,
                                         const uint16_t* y, uint16_t* output) {
  THIMBLE_SELECT_V2;
}

THIMBLE_KERNEL void thimble_select_v2_32(const thimble_select_v2_params* p, const uint8_t* condition, const uint32_t* x,
                                         const uint32_t* y, uint32_t* output) {
  THIMBLE_SELECT_V2;
}

THIMBLE_KERNEL void thimble_select_v2_64(const thimble_select_v2_params* p, const uint8_t* condition, const uint64_t* x,
                                         const uint64_t* y, uint64_t* output) {
  THIMBLE_SELECT_V2;
}
