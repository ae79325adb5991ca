#include "ops/batch_matmul/batch_matmul_kernel.h"

/* Walks the products; for each, SUM starts as 0, each pair of elements x of a and y of b does ADD, and STORE ends it.
 */
#define THIMBLE_BATCH_MATMUL(TYPE, SUM, ADD, STORE)                                               \
  const thimble_batch_matmul_shape* s = &p->shape;                                                \
  thimble_broadcast_row matrix = {0, 0, {0, 0, 0, 0, 0}};                                         \
  for (int32_t n = thimble_broadcast_rows(&s->batches); n > 0; --n) {                             \
    for (int32_t m = 0; m < s->batches.size[5]; ++m) {                                            \
      const TYPE* a_matrix = a + (matrix.a + m * s->batches.stride_a[5]) * s->rows * s->depth;    \
      const TYPE* b_matrix = b + (matrix.b + m * s->batches.stride_b[5]) * s->depth * s->columns; \
      for (int32_t i = 0; i < s->rows; ++i) {                                                     \
        for (int32_t j = 0; j < s->columns; ++j) {                                                \
          SUM sum = 0;                                                                            \
          for (int32_t k = 0; k < s->depth; ++k) {                                                \
            const TYPE x = a_matrix[i * s->a_row + k * s->a_depth];                               \
            const TYPE y = b_matrix[k * s->b_depth + j * s->b_column];                            \
            ADD;                                                                                  \
          }                                                                                       \
          STORE;                                                                                  \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
    thimble_broadcast_next(&s->batches, &matrix);                                                 \
  }

THIMBLE_KERNEL void thimble_batch_matmul_f32(const thimble_batch_matmul_f32_params* p, const float* a, const float* b,
                                             float* output) {
  THIMBLE_BATCH_MATMUL(float, float, sum += x * y, *output++ = sum)
}

static inline int32_t thimble_batch_matmul_finish(const thimble_batch_matmul_params* p, int32_t scaled, int32_t low,
                                                  int32_t high) {
  return thimble_clamp(thimble_wrap_add(scaled, p->output_offset), low, high);
}

THIMBLE_KERNEL void thimble_batch_matmul_s8(const thimble_batch_matmul_params* p, const int8_t* a, const int8_t* b,
                                            int8_t* output) {
  THIMBLE_BATCH_MATMUL(int8_t, int32_t, sum = thimble_wrap_add(sum, (x + p->offset_a) * (y + p->offset_b)),
                       sum = thimble_multiply(sum, p->requant.multiplier, p->requant.shift);
                       *output++ = (int8_t)thimble_batch_matmul_finish(p, sum, INT8_MIN, INT8_MAX))
}

THIMBLE_KERNEL void thimble_batch_matmul_s16(const thimble_batch_matmul_params* p, const int16_t* a, const int16_t* b,
                                             int16_t* output) {
  THIMBLE_BATCH_MATMUL(int16_t, int64_t, sum = thimble_wrap_add_64(sum, (int64_t)(x + p->offset_a) * (y + p->offset_b)),
                       const int32_t scaled = thimble_multiply_64(sum, p->requant.multiplier, p->requant.shift);
                       *output++ = (int16_t)thimble_batch_matmul_finish(p, scaled, INT16_MIN, INT16_MAX))
}
