/* Walking two operands of possibly different shapes, each repeated where the other is larger. */
#ifndef THIMBLE_BROADCAST_H
#define THIMBLE_BROADCAST_H

#include <stdint.h>

/* The output's dimensions, outermost first; those not needed are 1 and come first. A stride is the distance, in
 * elements, from one index to the next; 0 where the operand is repeated. */
typedef struct {
  int32_t size[6];
  int32_t stride_a[6];
  int32_t stride_b[6];
} thimble_broadcast;

/* Where the operands' current rows (the innermost dimension) start. */
typedef struct {
  int32_t a, b;
  int32_t index[5];
} thimble_broadcast_row;

static inline int32_t thimble_broadcast_rows(const thimble_broadcast* s) {
  return s->size[0] * s->size[1] * s->size[2] * s->size[3] * s->size[4];
}

static inline void thimble_broadcast_next(const thimble_broadcast* s, thimble_broadcast_row* row) {
  for (int32_t d = 4; d >= 0; --d) {
    row->a += s->stride_a[d];
    row->b += s->stride_b[d];
    if (++row->index[d] < s->size[d]) return;
    row->a -= s->stride_a[d] * s->size[d];
    row->b -= s->stride_b[d] * s->size[d];
    row->index[d] = 0;
  }
}

/* Writes RESULT, an expression of x and y, for each pair of elements x of FIRST and y of SECOND, both held as TYPE. */
#define THIMBLE_EACH_PAIR(TYPE, SHAPE, FIRST, SECOND, OUTPUT, RESULT)      \
  do {                                                                     \
    thimble_broadcast_row row = {0, 0, {0, 0, 0, 0, 0}};                   \
    for (int32_t rows = thimble_broadcast_rows(SHAPE); rows > 0; --rows) { \
      for (int32_t i = 0; i < (SHAPE)->size[5]; ++i) {                     \
        const TYPE x = (FIRST)[row.a + i * (SHAPE)->stride_a[5]];          \
        const TYPE y = (SECOND)[row.b + i * (SHAPE)->stride_b[5]];         \
        *(OUTPUT)++ = (RESULT);                                            \
      }                                                                    \
      thimble_broadcast_next(SHAPE, &row);                                 \
    }                                                                      \
  } while (0)

#endif
