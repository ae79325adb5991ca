/* What kernels for activations of 16 bits and weights of 8 share, in the forms of kernel/dsp.h. A product has 23 bits:
 * where weights are small enough, sums have 32. */
#ifndef THIMBLE_DSP16_H
#define THIMBLE_DSP16_H

#include "kernel/dsp_columns.h"

/* For one output channel: the bias, and how the sum becomes an output. */
typedef struct {
  int32_t bias;
  int32_t multiplier; /* real factor = multiplier * 2^(-32 - shift); its low 16 bits are 0 */
  int32_t addend;     /* 1 << (shift - 1) */
  int32_t shift;      /* in [1, 30] */
} thimble_dsp16_channel;

/* c + floor(a * b / 2^32); b is a channel's multiplier. */
static inline int32_t thimble_dsp16_high_multiply_add(int32_t a, int32_t b, int32_t c) {
#ifdef THIMBLE_DSP
  THIMBLE_DSP_ASM("smmla %0, %1, %2, %3", result, "r"(a), "r"(b), "r"(c));
#elif defined(THIMBLE_DSP_PLAIN) && !defined(__riscv)
  /* Armv6-M has no multiplication to 64 bits. */
  return c + (a >> 16) * (b >> 16) + (int32_t)(((uint32_t)a & 0xFFFF) * (uint32_t)(b >> 16) >> 16);
#else
  return c + (int32_t)(((int64_t)a * b) >> 32);
#endif
}

/* `value` clamped to 16 bits; with `positive`, to [0, 2^15). */
static inline int32_t thimble_dsp16_saturate(int32_t value, int32_t positive) {
#if defined(THIMBLE_DSP) || (defined(THIMBLE_DSP_LONG) && defined(__arm__))
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

/* Lays `quads` times 4 elements down as column `which` of those that thimble_dsp16_dot_4 multiplies with weights. These
 * lie in the order 0, 2, 1, 3 of each four. */
#ifdef THIMBLE_DSP_SINGLE
/* Of every element those of the 4 columns; as words where one instruction loads several. */
#ifdef THIMBLE_DSP_LONG
typedef int32_t thimble_dsp16_element;
#define THIMBLE_DSP16_QUAD_WORDS 16 /* room that 4 elements of the 4 columns take */
#else
typedef int16_t thimble_dsp16_element;
#define THIMBLE_DSP16_QUAD_WORDS 8
#endif
THIMBLE_DSP_CALLED void thimble_dsp16_lay(const int16_t* elements, int32_t quads, uint32_t* columns, int32_t which) {
  thimble_dsp16_element* column = (thimble_dsp16_element*)columns + which;
  for (; quads > 0; --quads, elements += 4, column += 16) {
    column[0] = elements[0], column[4] = elements[2], column[8] = elements[1], column[12] = elements[3];
  }
}

#ifdef THIMBLE_DSP_LONG_LOOPS
#define THIMBLE_DSP16_ELEMENT       \
  "ldm %[x]!, {r4, r5, r8, r9}\n\t" \
  "ldrsb r10, [%[w]], #1\n\t"       \
  "mla %[s0], r4, r10, %[s0]\n\t"   \
  "mla %[s1], r5, r10, %[s1]\n\t"   \
  "mla %[s2], r8, r10, %[s2]\n\t"   \
  "mla %[s3], r9, r10, %[s3]\n\t"
#define THIMBLE_DSP16_QUAD THIMBLE_DSP16_ELEMENT THIMBLE_DSP16_ELEMENT THIMBLE_DSP16_ELEMENT THIMBLE_DSP16_ELEMENT
#endif

/* The same as thimble_dsp_dot_4 (kernel/dsp_columns.h). */
static inline const int8_t* thimble_dsp16_dot_4(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                                int32_t bias, int32_t sums[4]) {
  THIMBLE_DSP_IN_REGISTER(quads);
  const thimble_dsp16_element* column = (const thimble_dsp16_element*)columns;
  int32_t s0 = bias, s1 = bias, s2 = bias, s3 = bias;
#ifdef THIMBLE_DSP_LONG_LOOPS
  __asm__ volatile(
      THIMBLE_DSP_QUADS(THIMBLE_DSP16_QUAD)
      : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [w] "+r"(weights), [x] "+r"(column), [n] "+r"(quads)
      :
      : "r4", "r5", "r8", "r9", "r10", "cc", "memory");
#else
  for (; quads > 0; --quads, weights += 4, column += 16) {
    for (int32_t i = 0; i < 4; ++i) {
      const int32_t weight = weights[i];
      s0 += weight * column[4 * i], s1 += weight * column[4 * i + 1];
      s2 += weight * column[4 * i + 2], s3 += weight * column[4 * i + 3];
    }
  }
#endif
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
  return weights;
}
#else
/* Two words of neighbours, (0, 1) and (2, 3), where those of bytes are (0, 2) and (1, 3). */
#define THIMBLE_DSP16_QUAD_WORDS THIMBLE_DSP_QUAD_WORDS
#define thimble_dsp16_dot_4 thimble_dsp_dot_4
THIMBLE_DSP_CALLED void thimble_dsp16_lay(const int16_t* elements, int32_t quads, uint32_t* columns, int32_t which) {
  uint32_t* column = columns + which;
  for (; quads >= 2; quads -= 2, elements += 8, column += 16) {
    column[0] = thimble_dsp_load(elements), column[4] = thimble_dsp_load(elements + 2);
    column[8] = thimble_dsp_load(elements + 4), column[12] = thimble_dsp_load(elements + 6);
  }
  if (quads > 0) column[0] = thimble_dsp_load(elements), column[4] = thimble_dsp_load(elements + 2);
}
#endif

#endif
