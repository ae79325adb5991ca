/* A layer of LSTM cells over a sequence. For each step, with x the input and h the hidden state:
 *   i, f, o = logistic(W x + R h + b), g = tanh(W x + R h + b), each with weights of its own
 *   c = clip(f * c + i * g)
 *   h = o * tanh(c), which is also the step's output.
 * Weights W [units][depth], R [units][units], b [units], in the order input, forget, cell (g), output gate. The states
 * hidden [batches][units] and cell [batches][units] are read and written. */
#ifndef THIMBLE_UNIDIRECTIONAL_SEQUENCE_LSTM_KERNEL_H
#define THIMBLE_UNIDIRECTIONAL_SEQUENCE_LSTM_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

/* The distance, in elements, from one step or batch of input and output to the next: of `depth` and `units` elements.
 */
typedef struct {
  int32_t batches, steps, depth, units;
  int32_t step_stride, batch_stride; /* in rows */
} thimble_lstm_shape;

typedef struct {
  thimble_lstm_shape shape;
  float clip; /* c is clipped to +-clip */
} thimble_lstm_f32_params;

typedef struct {
  thimble_lstm_shape shape;
  int32_t input_offset, hidden_offset; /* minus the zero points */
  thimble_requant keep, add;           /* of f * c and i * g, to the scale of c */
  thimble_requant output;              /* of o * tanh(c), to the scale of h */
  int32_t clip;                        /* 32768: none */
  int32_t tanh_multiplier, tanh_shift; /* from the scale of c to that of kernel/sigmoid16.h */
} thimble_lstm_params;

typedef struct {
  thimble_lstm_shape shape;
  int32_t input_offset, hidden_offset;
  thimble_requant output;
  int32_t clip;
  int32_t cell_shift;
} thimble_lstm_litert_params;

/* The parameters of weights and biases. */
#define THIMBLE_LSTM_CONSTANTS(WEIGHT, BIAS)                                                                           \
  const THIMBLE_FLASH WEIGHT *w_input, const THIMBLE_FLASH WEIGHT *w_forget, const THIMBLE_FLASH WEIGHT *w_cell,       \
      const THIMBLE_FLASH WEIGHT *w_output, const THIMBLE_FLASH WEIGHT *r_input, const THIMBLE_FLASH WEIGHT *r_forget, \
      const THIMBLE_FLASH WEIGHT *r_cell, const THIMBLE_FLASH WEIGHT *r_output, const THIMBLE_FLASH BIAS *b_input,     \
      const THIMBLE_FLASH BIAS *b_forget, const THIMBLE_FLASH BIAS *b_cell, const THIMBLE_FLASH BIAS *b_output

THIMBLE_KERNEL void thimble_lstm_f32(const thimble_lstm_f32_params* p, const float* input,
                                     THIMBLE_LSTM_CONSTANTS(float, float), float* hidden, float* cell, float* output);

/* 8-bit activations and weights, 16-bit gates and cell. gate_factors [8]: for each gate, scale of x * scale of W /
 * 2^-12; then, for each gate, scale of h * scale of R / 2^-12. sigmoid_table: kernel/sigmoid16.h. */
THIMBLE_KERNEL void thimble_lstm_s8(const thimble_lstm_params* p, const int8_t* input,
                                    THIMBLE_LSTM_CONSTANTS(int8_t, int32_t), int8_t* hidden, int16_t* cell,
                                    const THIMBLE_FLASH thimble_requant* gate_factors,
                                    const THIMBLE_FLASH uint16_t* sigmoid_table, int8_t* output);

/* The same with LiteRT's arithmetic: kernel/fixed_exp16.h for logistic and tanh, and one rounding shift where p->keep
 * and p->add are two roundings. cell_shift: minus the power of two that is the scale of c. */
THIMBLE_KERNEL void thimble_lstm_s8_litert(const thimble_lstm_litert_params* p, const int8_t* input,
                                           THIMBLE_LSTM_CONSTANTS(int8_t, int32_t), int8_t* hidden, int16_t* cell,
                                           const THIMBLE_FLASH thimble_requant* gate_factors, int8_t* output);

/* 16-bit activations, 8-bit weights, 64-bit accumulators, 16-bit gates and cell. */
THIMBLE_KERNEL void thimble_lstm_s16(const thimble_lstm_params* p, const int16_t* input,
                                     THIMBLE_LSTM_CONSTANTS(int8_t, int64_t), int16_t* hidden, int16_t* cell,
                                     const THIMBLE_FLASH thimble_requant* gate_factors,
                                     const THIMBLE_FLASH uint16_t* sigmoid_table, int16_t* output);

THIMBLE_END

#endif
