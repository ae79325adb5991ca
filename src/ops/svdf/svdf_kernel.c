#include "ops/svdf/svdf_kernel.h"

#include "kernel/dot.h"

/* Walks units and their filters. For each filter, the state's row moves on by one step, NEWEST is put at its end, and
 * each pair of memory m and time weight t is ADDed; STORE ends a unit. */
#define THIMBLE_SVDF(TYPE, SUM, INITIAL, NEWEST, ADD, STORE)             \
  const thimble_svdf_shape* s = &p->shape;                               \
  for (int32_t b = 0; b < s->batches; ++b, input += s->depth) {          \
    for (int32_t u = 0; u < s->units; ++u) {                             \
      SUM sum = INITIAL;                                                 \
      for (int32_t r = 0; r < s->rank; ++r, state += s->memory) {        \
        const int32_t filter = u * s->rank + r;                          \
        for (int32_t i = 1; i < s->memory; ++i) state[i - 1] = state[i]; \
        state[s->memory - 1] = NEWEST;                                   \
        for (int32_t i = 0; i < s->memory; ++i) {                        \
          const TYPE m = state[i], t = time[filter * s->memory + i];     \
          ADD;                                                           \
        }                                                                \
      }                                                                  \
      STORE;                                                             \
    }                                                                    \
  }

static inline float thimble_svdf_dot_f32(const float* x, const THIMBLE_FLASH float* y, int32_t count) {
  float sum = 0.0f;
  for (int32_t i = 0; i < count; ++i) sum += x[i] * y[i];
  return sum;
}

static inline float thimble_svdf_clamp(const thimble_svdf_f32_params* p, float sum) {
  return sum < p->output_min ? p->output_min : sum > p->output_max ? p->output_max : sum;
}

THIMBLE_KERNEL void thimble_svdf_f32(const thimble_svdf_f32_params* p, const float* input,
                                     const THIMBLE_FLASH float* feature, const THIMBLE_FLASH float* time,
                                     const THIMBLE_FLASH float* bias, float* state, float* output) {
  THIMBLE_SVDF(float, float, bias ? bias[u] : 0.0f, thimble_svdf_dot_f32(input, feature + filter * s->depth, s->depth),
               sum += m * t, *output++ = thimble_svdf_clamp(p, sum));
}

/* What a filter makes of the input, at the state's scale. */
static inline int32_t thimble_svdf_feature(const thimble_svdf_params* p, const int8_t* x,
                                           const THIMBLE_FLASH int8_t* weights, int32_t low, int32_t high) {
  int32_t sum = thimble_dot_s8(0, x, weights, p->shape.depth, p->input_offset);
  sum = thimble_multiply(sum, p->state_requant.multiplier, p->state_requant.shift);
  return thimble_clamp(sum, low, high) + p->state_zero_point;
}

static inline int8_t thimble_svdf_store(const thimble_svdf_params* p, int32_t sum) {
  sum = thimble_multiply(sum, p->output_requant.multiplier, p->output_requant.shift);
  return (int8_t)thimble_clamp(thimble_wrap_add(sum, p->output_offset), INT8_MIN, INT8_MAX);
}

THIMBLE_KERNEL void thimble_svdf_s8_s16(const thimble_svdf_params* p, const int8_t* input,
                                        const THIMBLE_FLASH int8_t* feature, const THIMBLE_FLASH int16_t* time,
                                        const THIMBLE_FLASH int32_t* bias, int16_t* state, int8_t* output) {
  THIMBLE_SVDF(int32_t, int32_t, bias ? bias[u] : 0,
               (int16_t)thimble_svdf_feature(p, input, feature + filter * s->depth, INT16_MIN, INT16_MAX),
               sum = thimble_wrap_add(sum, thimble_wrap_mul(m - p->state_zero_point, t)),
               *output++ = thimble_svdf_store(p, sum));
}

THIMBLE_KERNEL void thimble_svdf_s8_s8(const thimble_svdf_params* p, const int8_t* input,
                                       const THIMBLE_FLASH int8_t* feature, const THIMBLE_FLASH int8_t* time,
                                       const THIMBLE_FLASH int32_t* bias, int8_t* state, int8_t* output) {
  THIMBLE_SVDF(int32_t, int32_t, bias ? bias[u] : 0,
               (int8_t)thimble_svdf_feature(p, input, feature + filter * s->depth, INT8_MIN, INT8_MAX),
               sum = thimble_wrap_add(sum, (m - p->state_zero_point) * t), *output++ = thimble_svdf_store(p, sum));
}
