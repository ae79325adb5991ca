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

/* One dimension after the other, and no loop over them: so the compiler folds what it knows of the shape. */
#define THIMBLE_BROADCAST_STEP(D)           \
  row->a += s->stride_a[D];                 \
  row->b += s->stride_b[D];                 \
  if (++row->index[D] < s->size[D]) return; \
  row->a -= s->stride_a[D] * s->size[D];    \
  row->b -= s->stride_b[D] * s->size[D];    \
  row->index[D] = 0;

static inline void thimble_broadcast_next(const thimble_broadcast* s, thimble_broadcast_row* row) {
  THIMBLE_BROADCAST_STEP(4)
  THIMBLE_BROADCAST_STEP(3)
  THIMBLE_BROADCAST_STEP(2)
  THIMBLE_BROADCAST_STEP(1)
  THIMBLE_BROADCAST_STEP(0)
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
