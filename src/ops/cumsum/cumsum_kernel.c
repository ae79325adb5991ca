#include "ops/cumsum/cumsum_kernel.h"

/* Walks the sums: each starts as INITIAL; ADD takes in the element x; STORE is the output for the current sum. */
#define THIMBLE_CUMSUM(TYPE, SUM, INITIAL, ADD, STORE)             \
  const thimble_cumsum_shape* s = &p->shape;                       \
  for (int32_t o = 0; o < s->outer; ++o) {                         \
    for (int32_t i = 0; i < s->inner; ++i) {                       \
      SUM sum = INITIAL;                                           \
      for (int32_t step = 0; step < s->depth; ++step) {            \
        const int32_t d = s->reverse ? s->depth - 1 - step : step; \
        const int32_t at = (o * s->depth + d) * s->inner + i;      \
        const TYPE x = input[at];                                  \
        const SUM before = sum;                                    \
        sum = ADD;                                                 \
        const SUM result = s->exclusive ? before : sum;            \
        output[at] = STORE;                                        \
      }                                                            \
    }                                                              \
  }

THIMBLE_KERNEL void thimble_cumsum_f32(const thimble_cumsum_plain_params* p, const float* input, float* output) {
  THIMBLE_CUMSUM(float, float, 0.0f, sum + x, result);
}

THIMBLE_KERNEL void thimble_cumsum_s32(const thimble_cumsum_plain_params* p, const int32_t* input, int32_t* output) {
  THIMBLE_CUMSUM(int32_t, int32_t, 0, thimble_wrap_add(sum, x), result);
}

THIMBLE_KERNEL void thimble_cumsum_s64(const thimble_cumsum_plain_params* p, const int64_t* input, int64_t* output) {
  THIMBLE_CUMSUM(int64_t, int64_t, 0, thimble_wrap_add_64(sum, x), result);
}

/* An element, less its zero point, with more bits. */
static inline int32_t thimble_cumsum_scale(const thimble_cumsum_params* p, int32_t x) {
  return thimble_multiply(thimble_wrap_shl(x, 20), p->requant.multiplier, p->requant.shift);
}

static inline int8_t thimble_cumsum_store(const thimble_cumsum_params* p, int32_t sum) {
  const int32_t scaled = thimble_multiply(sum, p->output_requant.multiplier, p->output_requant.shift);
  return (int8_t)thimble_clamp(thimble_wrap_add(scaled, p->output_offset), INT8_MIN, INT8_MAX);
}

THIMBLE_KERNEL void thimble_cumsum_s8(const thimble_cumsum_params* p, const int8_t* input, int8_t* output) {
  THIMBLE_CUMSUM(int8_t, int32_t, thimble_cumsum_scale(p, p->input_offset),
                 thimble_wrap_add(sum, thimble_cumsum_scale(p, x + p->input_offset)), thimble_cumsum_store(p, result));
}
