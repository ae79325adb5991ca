#include "ops/unidirectional_sequence_lstm/unidirectional_sequence_lstm_kernel.h"

#include <math.h>
#include <string.h>

#include "kernel/dot.h"
#include "kernel/fixed_exp16.h"
#include "kernel/sigmoid16.h"

/* Walks batches and steps. UNIT makes y[u] of the step's x and the states h and c; h changes only when all units are
 * done. */
#define THIMBLE_LSTM_STEPS(TYPE, CELL, UNIT)                               \
  const thimble_lstm_shape* s = &p->shape;                                 \
  for (int32_t batch = 0; batch < s->batches; ++batch) {                   \
    TYPE* h = hidden + batch * s->units;                                   \
    CELL* c = cell + batch * s->units;                                     \
    for (int32_t step = 0; step < s->steps; ++step) {                      \
      const int32_t row = batch * s->batch_stride + step * s->step_stride; \
      const TYPE* x = input + row * s->depth;                              \
      TYPE* y = output + row * s->units;                                   \
      for (int32_t u = 0; u < s->units; ++u) {                             \
        UNIT                                                               \
      }                                                                    \
      memcpy(h, y, (size_t)s->units * sizeof(TYPE));                       \
    }                                                                      \
  }

static inline float thimble_lstm_sum(const thimble_lstm_shape* s, int32_t u, const float* x, const float* h,
                                     const THIMBLE_FLASH float* w, const THIMBLE_FLASH float* r,
                                     const THIMBLE_FLASH float* b) {
  float from_input = 0.0f, from_hidden = 0.0f;
  for (int32_t i = 0; i < s->depth; ++i) from_input += x[i] * w[u * s->depth + i];
  for (int32_t i = 0; i < s->units; ++i) from_hidden += h[i] * r[u * s->units + i];
  return from_input + b[u] + from_hidden;
}

static inline float thimble_lstm_logistic(float x) { return 1.0f / (1.0f + expf(-x)); }

THIMBLE_KERNEL void thimble_lstm_f32(const thimble_lstm_f32_params* p, const float* input,
                                     THIMBLE_LSTM_CONSTANTS(float, float), float* hidden, float* cell, float* output) {
  THIMBLE_LSTM_STEPS(float, float, {
    const float keep = thimble_lstm_logistic(thimble_lstm_sum(s, u, x, h, w_forget, r_forget, b_forget));
    const float gate = thimble_lstm_logistic(thimble_lstm_sum(s, u, x, h, w_input, r_input, b_input));
    const float fresh = tanhf(thimble_lstm_sum(s, u, x, h, w_cell, r_cell, b_cell));
    const float open = thimble_lstm_logistic(thimble_lstm_sum(s, u, x, h, w_output, r_output, b_output));
    const float next = keep * c[u] + gate * fresh;
    c[u] = next < -p->clip ? -p->clip : next > p->clip ? p->clip : next;
    y[u] = open * tanhf(c[u]);
  })
}

static inline int32_t thimble_lstm_saturate(int32_t x) { return thimble_clamp(x, INT16_MIN, INT16_MAX); }

/* The product of two 16-bit values at another scale. */
static inline int32_t thimble_lstm_product(int32_t x, int32_t y, const thimble_requant* factor) {
  return thimble_multiply(x * y, factor->multiplier, factor->shift);
}

/* b + (x + offset) * w over `count` elements, at a gate's scale. */
static inline int32_t thimble_lstm_dot_s8(const int8_t* x, int32_t offset, const THIMBLE_FLASH int8_t* w, int32_t count,
                                          int32_t b, const THIMBLE_FLASH thimble_requant* factor) {
  return thimble_multiply(thimble_dot_s8(b, x, w, count, offset), factor->multiplier, factor->shift);
}

/* What enters a gate, scale 2^-12. factors[0] and factors[4] are the gate's. */
static inline int16_t thimble_lstm_sum_s8(const thimble_lstm_params* p, const THIMBLE_FLASH thimble_requant* factors,
                                          int32_t u, const int8_t* x, const int8_t* h, const THIMBLE_FLASH int8_t* w,
                                          const THIMBLE_FLASH int8_t* r, const THIMBLE_FLASH int32_t* b) {
  const int32_t depth = p->shape.depth, units = p->shape.units;
  const int32_t from_input = thimble_lstm_dot_s8(x, p->input_offset, w + u * depth, depth, b[u], factors);
  const int32_t from_hidden = thimble_lstm_dot_s8(h, p->hidden_offset, r + u * units, units, 0, factors + 4);
  return (int16_t)thimble_lstm_saturate(thimble_lstm_saturate(from_input) + thimble_lstm_saturate(from_hidden));
}

static inline int16_t thimble_lstm_sum_s16(const thimble_lstm_params* p, const THIMBLE_FLASH thimble_requant* factors,
                                           int32_t u, const int16_t* x, const int16_t* h, const THIMBLE_FLASH int8_t* w,
                                           const THIMBLE_FLASH int8_t* r, const THIMBLE_FLASH int64_t* b) {
  const thimble_lstm_shape* s = &p->shape;
  int64_t from_input = b[u], from_hidden = 0;
  for (int32_t i = 0; i < s->depth; ++i) {
    from_input = thimble_wrap_add_64(from_input, (int32_t)(x[i] + p->input_offset) * w[u * s->depth + i]);
  }
  for (int32_t i = 0; i < s->units; ++i) {
    from_hidden = thimble_wrap_add_64(from_hidden, (int32_t)(h[i] + p->hidden_offset) * r[u * s->units + i]);
  }
  const int32_t a = thimble_multiply_64(from_input, factors[0].multiplier, factors[0].shift);
  const int32_t d = thimble_multiply_64(from_hidden, factors[4].multiplier, factors[4].shift);
  return (int16_t)thimble_lstm_saturate(thimble_lstm_saturate(a) + thimble_lstm_saturate(d));
}

/* The next c of one unit. */
static inline int16_t thimble_lstm_cell(const thimble_lstm_params* p, int16_t c, int16_t keep, int16_t gate,
                                        int16_t fresh) {
  const int32_t kept = thimble_lstm_saturate(thimble_lstm_product(keep, c, &p->keep));
  const int32_t added = thimble_lstm_saturate(thimble_lstm_product(gate, fresh, &p->add));
  return (int16_t)thimble_clamp(thimble_lstm_saturate(kept + added), -p->clip, p->clip);
}

/* The next h of one unit, not yet clamped to its type. */
static inline int32_t thimble_lstm_hidden(const thimble_lstm_params* p, int16_t c, int16_t open,
                                          const THIMBLE_FLASH uint16_t* table) {
  const int32_t scaled = thimble_sigmoid16_scale(c, p->tanh_multiplier, p->tanh_shift);
  const int32_t product = thimble_lstm_product(thimble_tanh16(scaled, table), open, &p->output);
  return thimble_wrap_sub(product, p->hidden_offset);
}

#define THIMBLE_LSTM_UNIT(SUM, TYPE, LOW, HIGH)                                                                        \
  const THIMBLE_FLASH uint16_t* table = sigmoid_table;                                                                 \
  const int16_t keep =                                                                                                 \
      thimble_sigmoid16(INT32_C(3) * SUM(p, gate_factors + 1, u, x, h, w_forget, r_forget, b_forget), table);          \
  const int16_t gate =                                                                                                 \
      thimble_sigmoid16(INT32_C(3) * SUM(p, gate_factors + 0, u, x, h, w_input, r_input, b_input), table);             \
  const int16_t fresh = thimble_tanh16(INT32_C(3) * SUM(p, gate_factors + 2, u, x, h, w_cell, r_cell, b_cell), table); \
  const int16_t open =                                                                                                 \
      thimble_sigmoid16(INT32_C(3) * SUM(p, gate_factors + 3, u, x, h, w_output, r_output, b_output), table);          \
  c[u] = thimble_lstm_cell(p, c[u], keep, gate, fresh);                                                                \
  y[u] = (TYPE)thimble_clamp(thimble_lstm_hidden(p, c[u], open, table), LOW, HIGH);

THIMBLE_KERNEL void thimble_lstm_s8(const thimble_lstm_params* p, const int8_t* input,
                                    THIMBLE_LSTM_CONSTANTS(int8_t, int32_t), int8_t* hidden, int16_t* cell,
                                    const THIMBLE_FLASH thimble_requant* gate_factors,
                                    const THIMBLE_FLASH uint16_t* sigmoid_table, int8_t* output){
    THIMBLE_LSTM_STEPS(int8_t, int16_t, THIMBLE_LSTM_UNIT(thimble_lstm_sum_s8, int8_t, INT8_MIN, INT8_MAX))}

THIMBLE_KERNEL
    void thimble_lstm_s16(const thimble_lstm_params* p, const int16_t* input, THIMBLE_LSTM_CONSTANTS(int8_t, int64_t),
                          int16_t* hidden, int16_t* cell, const THIMBLE_FLASH thimble_requant* gate_factors,
                          const THIMBLE_FLASH uint16_t* sigmoid_table, int16_t* output) {
  THIMBLE_LSTM_STEPS(int16_t, int16_t, THIMBLE_LSTM_UNIT(thimble_lstm_sum_s16, int16_t, INT16_MIN, INT16_MAX))
}

/* What LiteRT saturates: the first product, then the sum. */
static inline int16_t thimble_lstm_sum_s8_litert(const thimble_lstm_litert_params* p,
                                                 const THIMBLE_FLASH thimble_requant* factors, int32_t u,
                                                 const int8_t* x, const int8_t* h, const THIMBLE_FLASH int8_t* w,
                                                 const THIMBLE_FLASH int8_t* r, const THIMBLE_FLASH int32_t* b) {
  const int32_t depth = p->shape.depth, units = p->shape.units;
  const int32_t from_input = thimble_lstm_dot_s8(x, p->input_offset, w + u * depth, depth, b[u], factors);
  const int32_t from_hidden = thimble_lstm_dot_s8(h, p->hidden_offset, r + u * units, units, 0, factors + 4);
  return (int16_t)thimble_lstm_saturate(thimble_wrap_add(thimble_lstm_saturate(from_input), from_hidden));
}

static inline int16_t thimble_lstm_cell_litert(const thimble_lstm_litert_params* p, int16_t c, int16_t keep,
                                               int16_t gate, int16_t fresh) {
  const int16_t kept = (int16_t)thimble_rounding_shift((int32_t)keep * c, 15);
  const int16_t added = (int16_t)thimble_rounding_shift((int32_t)gate * fresh, 30 - p->cell_shift);
  return (int16_t)thimble_clamp(thimble_lstm_saturate(kept + added), -p->clip, p->clip);
}

THIMBLE_KERNEL void thimble_lstm_s8_litert(const thimble_lstm_litert_params* p, const int8_t* input,
                                           THIMBLE_LSTM_CONSTANTS(int8_t, int32_t), int8_t* hidden, int16_t* cell,
                                           const THIMBLE_FLASH thimble_requant* gate_factors, int8_t* output) {
  THIMBLE_LSTM_STEPS(int8_t, int16_t, {
    const THIMBLE_FLASH thimble_requant* f = gate_factors;
    const int16_t keep =
        thimble_logistic16(thimble_lstm_sum_s8_litert(p, f + 1, u, x, h, w_forget, r_forget, b_forget));
    const int16_t gate = thimble_logistic16(thimble_lstm_sum_s8_litert(p, f + 0, u, x, h, w_input, r_input, b_input));
    const int16_t fresh =
        thimble_tanh_fixed16(thimble_lstm_sum_s8_litert(p, f + 2, u, x, h, w_cell, r_cell, b_cell), 3);
    const int16_t open =
        thimble_logistic16(thimble_lstm_sum_s8_litert(p, f + 3, u, x, h, w_output, r_output, b_output));
    c[u] = thimble_lstm_cell_litert(p, c[u], keep, gate, fresh);
    const int32_t product = (int32_t)open * thimble_tanh_fixed16(c[u], 15 - p->cell_shift);
    const int32_t next = thimble_multiply(product, p->output.multiplier, p->output.shift);
    y[u] = (int8_t)thimble_clamp(thimble_wrap_sub(next, p->hidden_offset), INT8_MIN, INT8_MAX);
  })
}
