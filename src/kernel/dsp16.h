/* What kernels for activations of 16 bits and weights of 8 share. They are for Armv7E-M's DSP instructions, in the form
 * of pairs (kernel/dsp.h). A product has 23 bits: where weights are small enough, sums have 32. */
#ifndef THIMBLE_DSP16_H
#define THIMBLE_DSP16_H

#include "kernel/dsp.h"

/* For one output channel: the bias, and how the sum becomes an output. */
typedef struct {
  int32_t bias;
  int32_t multiplier; /* real factor = multiplier * 2^(-32 - shift); its low 16 bits are 0 */
  int32_t addend;     /* 1 << (shift - 1) */
  int32_t shift;      /* in [1, 30] */
} thimble_dsp16_channel;

/* c + floor(a * b / 2^32). */
static inline int32_t thimble_dsp16_high_multiply_add(int32_t a, int32_t b, int32_t c) {
#ifdef THIMBLE_DSP
  THIMBLE_DSP_ASM("smmla %0, %1, %2, %3", result, "r"(a), "r"(b), "r"(c));
#else
  return c + (int32_t)(((int64_t)a * b) >> 32);
#endif
}

/* `value` clamped to 16 bits; with `positive`, to [0, 2^15). */
static inline int32_t thimble_dsp16_saturate(int32_t value, int32_t positive) {
#ifdef THIMBLE_DSP
  int32_t result;
  if (positive) {
    __asm__("usat %0, #15, %1" : "=r"(result) : "r"(value));
  } else {
    __asm__("ssat %0, #16, %1" : "=r"(result) : "r"(value));
  }
  return result;
#else
  return thimble_clamp(value, positive ? 0 : INT16_MIN, INT16_MAX);
#endif
}

/* The factor's product with a sum, as thimble_multiply_64 rounds it: once. */
static inline int32_t thimble_dsp16_scale(int32_t sum, thimble_dsp16_channel channel) {
  return thimble_dsp16_high_multiply_add(sum, channel.multiplier, channel.addend) >> channel.shift;
}

/* Four sums of one channel become outputs. */
static inline void thimble_dsp16_requantize_4(int32_t values[4], const thimble_dsp16_channel* channel,
                                              int32_t positive) {
  const thimble_dsp16_channel local = *channel;
  for (int32_t i = 0; i < 4; ++i) values[i] = thimble_dsp16_scale(values[i], local);
  if (positive) {
    for (int32_t i = 0; i < 4; ++i) values[i] = thimble_dsp16_saturate(values[i], 1);
  } else {
    for (int32_t i = 0; i < 4; ++i) values[i] = thimble_dsp16_saturate(values[i], 0);
  }
}

/* Lays `quads` times 4 elements down as column `which` of those that kernel/dsp_columns.h multiplies with weights: two
 * words of neighbours, (0, 1) and (2, 3), where those of bytes are (0, 2) and (1, 3). Weights lie in the order 0, 2, 1,
 * 3. */
THIMBLE_DSP_CALLED void thimble_dsp16_lay(const int16_t* elements, int32_t quads, uint32_t* columns, int32_t which) {
  uint32_t* column = columns + which;
  for (; quads >= 2; quads -= 2, elements += 8, column += 16) {
    column[0] = thimble_dsp_load(elements), column[4] = thimble_dsp_load(elements + 2);
    column[8] = thimble_dsp_load(elements + 4), column[12] = thimble_dsp_load(elements + 6);
  }
  if (quads > 0) column[0] = thimble_dsp_load(elements), column[4] = thimble_dsp_load(elements + 2);
}

#endif
