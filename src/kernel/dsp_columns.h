/* Four columns of elements side by side, for their dot products with one filter after the other. The functions
 * are there in each form (kernel/dsp.h), and so is the layout of the columns.
 *
 *   void thimble_dsp_widen(elements, quads, columns, which)
 * writes `quads` times 4 elements as column `which`, 0 to 3. Columns are written in order.
 *
 *   const int8_t* thimble_dsp_dot_4(weights, columns, quads, bias, sums)
 * the dot products of `quads` times 4 weights with each of the columns, added to `bias`. Returns the end of the
 * weights.
 *
 *   const int8_t* thimble_dsp_dot_1(weights, columns, quads, bias, sum)
 * the same with column 0 alone, when no other was written after it. */
#ifndef THIMBLE_DSP_COLUMNS_H
#define THIMBLE_DSP_COLUMNS_H

#include "kernel/dsp.h"

#define THIMBLE_DSP_QUAD_WORDS 8 /* room that 4 elements of the 4 columns take */

#if defined(THIMBLE_DSP_LOOPS) || defined(THIMBLE_DSP_LONG_LOOPS)
/* Four quads at a time, then the others one by one. */
#define THIMBLE_DSP_QUADS(QUAD) \
  "subs %[n], %[n], #4\n\t"     \
  "blt 2f\n"                    \
  "1:\n\t" QUAD QUAD QUAD QUAD  \
  "subs %[n], %[n], #4\n\t"     \
  "bge 1b\n"                    \
  "2:\n\t"                      \
  "adds %[n], %[n], #4\n\t"     \
  "beq 4f\n"                    \
  "3:\n\t" QUAD                 \
  "subs %[n], %[n], #1\n\t"     \
  "bne 3b\n"                    \
  "4:\n\t"
#endif

#if defined(THIMBLE_DSP_LONG)
/* Elements of two columns in one word, a + 2^23 * b: for every element the words of columns (0, 1) and (2, 3). The sum
 * of a word's products with weights, in 64 bits, has that of column a in its low 23 bits, if those are enough. */
THIMBLE_DSP_CALLED void thimble_dsp_widen(const int8_t* elements, int32_t quads, uint32_t* columns, int32_t which) {
  int32_t* column = (int32_t*)columns + which / 2;
  if (which % 2 == 0) {
    for (; quads > 0; --quads, elements += 4, column += 8) {
      column[0] = elements[0], column[2] = elements[1], column[4] = elements[2], column[6] = elements[3];
    }
  } else {
    for (; quads > 0; --quads, elements += 4, column += 8) {
      column[0] += elements[0] * (1 << 23), column[2] += elements[1] * (1 << 23);
      column[4] += elements[2] * (1 << 23), column[6] += elements[3] * (1 << 23);
    }
  }
}

#ifdef THIMBLE_DSP_LONG_LOOPS
#define THIMBLE_DSP_LONG_PAIR       \
  "ldm %[x]!, {r4, r5, r8, r9}\n\t" \
  "ldrsb r10, [%[w]], #1\n\t"       \
  "smlal %Q[a], %R[a], r10, r4\n\t" \
  "smlal %Q[b], %R[b], r10, r5\n\t" \
  "ldrsb r10, [%[w]], #1\n\t"       \
  "smlal %Q[a], %R[a], r10, r8\n\t" \
  "smlal %Q[b], %R[b], r10, r9\n\t"
#define THIMBLE_DSP_LONG_QUAD THIMBLE_DSP_LONG_PAIR THIMBLE_DSP_LONG_PAIR
#endif

#define THIMBLE_DSP_LONG_QUADS 63 /* products of 252 bytes are less than 2^22 */

/* Adds the dot products of up to that many fours to the sums. */
static inline const int8_t* thimble_dsp_add_dot_4(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                                  int32_t sums[4]) {
  /* The lower sum is made positive, so that no borrow goes up. */
  const int32_t start = 1 << 22;
  int64_t a = start, b = start;
  const int32_t* column = (const int32_t*)columns;
#ifdef THIMBLE_DSP_LONG_LOOPS
  __asm__ volatile(THIMBLE_DSP_QUADS(THIMBLE_DSP_LONG_QUAD)
                   : [a] "+r"(a), [b] "+r"(b), [w] "+r"(weights), [x] "+r"(column), [n] "+r"(quads)
                   :
                   : "r4", "r5", "r8", "r9", "r10", "cc", "memory");
#else
  for (; quads > 0; --quads, weights += 4, column += 8) {
    for (int32_t i = 0; i < 4; ++i) {
      a += (int64_t)weights[i] * column[2 * i], b += (int64_t)weights[i] * column[2 * i + 1];
    }
  }
#endif
  sums[0] += (int32_t)(a & ((1 << 23) - 1)) - start, sums[1] += (int32_t)(a >> 23);
  sums[2] += (int32_t)(b & ((1 << 23) - 1)) - start, sums[3] += (int32_t)(b >> 23);
  return weights;
}

THIMBLE_DSP_CALLED const int8_t* thimble_dsp_add_long_dot_4(const int8_t* weights, const uint32_t* columns,
                                                            int32_t quads, int32_t sums[4]) {
  for (; quads > THIMBLE_DSP_LONG_QUADS; quads -= THIMBLE_DSP_LONG_QUADS) {
    weights = thimble_dsp_add_dot_4(weights, columns, THIMBLE_DSP_LONG_QUADS, sums);
    columns += THIMBLE_DSP_LONG_QUADS * THIMBLE_DSP_QUAD_WORDS;
  }
  return thimble_dsp_add_dot_4(weights, columns, quads, sums);
}

static inline const int8_t* thimble_dsp_dot_4(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                              int32_t bias, int32_t sums[4]) {
  sums[0] = sums[1] = sums[2] = sums[3] = bias;
  if (quads > THIMBLE_DSP_LONG_QUADS) return thimble_dsp_add_long_dot_4(weights, columns, quads, sums);
  return thimble_dsp_add_dot_4(weights, columns, quads, sums);
}

static inline const int8_t* thimble_dsp_dot_1(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                              int32_t bias, int32_t* sum) {
  const int32_t* column = (const int32_t*)columns;
  for (; quads > 0; --quads, weights += 4, column += 8) {
    for (int32_t i = 0; i < 4; ++i) bias += weights[i] * column[2 * i];
  }
  *sum = bias;
  return weights;
}

#elif defined(THIMBLE_DSP_PLAIN)
/* Bytes: of every element those of the 4 columns. */
THIMBLE_DSP_CALLED void thimble_dsp_widen(const int8_t* elements, int32_t quads, uint32_t* columns, int32_t which) {
  int8_t* column = (int8_t*)columns + which;
  for (; quads > 0; --quads, elements += 4, column += 4 * THIMBLE_DSP_QUAD_WORDS) {
    column[0] = elements[0], column[4] = elements[1], column[8] = elements[2], column[12] = elements[3];
  }
}

static inline const int8_t* thimble_dsp_dot_4(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                              int32_t bias, int32_t sums[4]) {
  THIMBLE_DSP_IN_REGISTER(quads);
  const int8_t* column = (const int8_t*)columns;
  int32_t s0 = bias, s1 = bias, s2 = bias, s3 = bias;
  for (; quads > 0; --quads, weights += 4, column += 4 * THIMBLE_DSP_QUAD_WORDS) {
    for (int32_t i = 0; i < 4; ++i) {
      const int32_t weight = weights[i];
      s0 += weight * column[4 * i], s1 += weight * column[4 * i + 1];
      s2 += weight * column[4 * i + 2], s3 += weight * column[4 * i + 3];
    }
  }
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
  return weights;
}

static inline const int8_t* thimble_dsp_dot_1(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                              int32_t bias, int32_t* sum) {
  const int8_t* column = (const int8_t*)columns;
  for (; quads > 0; --quads, weights += 4, column += 4 * THIMBLE_DSP_QUAD_WORDS) {
    for (int32_t i = 0; i < 4; ++i) bias += weights[i] * column[4 * i];
  }
  *sum = bias;
  return weights;
}

#else
/* Widened to 16 bits: for every 4 elements two words a column, (0, 2) and (1, 3): [(0, 2) of 4 columns][(1, 3) of 4
 * columns]. */
THIMBLE_DSP_CALLED void thimble_dsp_widen(const int8_t* elements, int32_t quads, uint32_t* columns, int32_t which) {
  uint32_t* column = columns + which;
  for (; quads >= 4; quads -= 4, elements += 16, column += 32) {
    const uint32_t a = thimble_dsp_load(elements), b = thimble_dsp_load(elements + 4);
    column[0] = thimble_dsp_even(a), column[4] = thimble_dsp_odd(a);
    column[8] = thimble_dsp_even(b), column[12] = thimble_dsp_odd(b);
    const uint32_t c = thimble_dsp_load(elements + 8), d = thimble_dsp_load(elements + 12);
    column[16] = thimble_dsp_even(c), column[20] = thimble_dsp_odd(c);
    column[24] = thimble_dsp_even(d), column[28] = thimble_dsp_odd(d);
  }
  for (; quads > 0; --quads, elements += 4, column += 8) {
    const uint32_t a = thimble_dsp_load(elements);
    column[0] = thimble_dsp_even(a), column[4] = thimble_dsp_odd(a);
  }
}

#ifdef THIMBLE_DSP_LOOPS
#define THIMBLE_DSP_QUAD_4            \
  "ldr r5, [%[w]], #4\n\t"            \
  "ldm %[x]!, {r8, r9, r10, r11}\n\t" \
  "sxtb16 r4, r5\n\t"                 \
  "sxtb16 r5, r5, ror #8\n\t"         \
  "smlad %[s0], r4, r8, %[s0]\n\t"    \
  "smlad %[s1], r4, r9, %[s1]\n\t"    \
  "smlad %[s2], r4, r10, %[s2]\n\t"   \
  "smlad %[s3], r4, r11, %[s3]\n\t"   \
  "ldm %[x]!, {r8, r9, r10, r11}\n\t" \
  "smlad %[s0], r5, r8, %[s0]\n\t"    \
  "smlad %[s1], r5, r9, %[s1]\n\t"    \
  "smlad %[s2], r5, r10, %[s2]\n\t"   \
  "smlad %[s3], r5, r11, %[s3]\n\t"
#endif

static inline const int8_t* thimble_dsp_dot_4(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                              int32_t bias, int32_t sums[4]) {
  int32_t s0 = bias, s1 = bias, s2 = bias, s3 = bias;
#ifdef THIMBLE_DSP_LOOPS
  __asm__ volatile(THIMBLE_DSP_QUADS(THIMBLE_DSP_QUAD_4)
                   : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [w] "+r"(weights), [x] "+r"(columns),
                     [n] "+r"(quads)
                   :
                   : "r4", "r5", "r8", "r9", "r10", "r11", "cc", "memory");
#else
  for (; quads > 0; --quads, weights += 4, columns += 8) {
    const uint32_t word = thimble_dsp_load(weights), even = thimble_dsp_even(word), odd = thimble_dsp_odd(word);
    s0 = thimble_dsp_smlad(odd, columns[4], thimble_dsp_smlad(even, columns[0], s0));
    s1 = thimble_dsp_smlad(odd, columns[5], thimble_dsp_smlad(even, columns[1], s1));
    s2 = thimble_dsp_smlad(odd, columns[6], thimble_dsp_smlad(even, columns[2], s2));
    s3 = thimble_dsp_smlad(odd, columns[7], thimble_dsp_smlad(even, columns[3], s3));
  }
#endif
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
  return weights;
}

#ifdef THIMBLE_DSP_LOOPS
#define THIMBLE_DSP_QUAD_1         \
  "ldr r5, [%[w]], #4\n\t"         \
  "ldr r8, [%[x]], #16\n\t"        \
  "ldr r9, [%[x]], #16\n\t"        \
  "sxtb16 r4, r5\n\t"              \
  "sxtb16 r5, r5, ror #8\n\t"      \
  "smlad %[s0], r4, r8, %[s0]\n\t" \
  "smlad %[s0], r5, r9, %[s0]\n\t"
#endif

static inline const int8_t* thimble_dsp_dot_1(const int8_t* weights, const uint32_t* columns, int32_t quads,
                                              int32_t bias, int32_t* sum) {
  int32_t s0 = bias;
#ifdef THIMBLE_DSP_LOOPS
  __asm__ volatile(THIMBLE_DSP_QUADS(THIMBLE_DSP_QUAD_1)
                   : [s0] "+r"(s0), [w] "+r"(weights), [x] "+r"(columns), [n] "+r"(quads)
                   :
                   : "r4", "r5", "r8", "r9", "cc", "memory");
#else
  for (; quads > 0; --quads, weights += 4, columns += 8) {
    const uint32_t word = thimble_dsp_load(weights);
    s0 =
        thimble_dsp_smlad(thimble_dsp_odd(word), columns[4], thimble_dsp_smlad(thimble_dsp_even(word), columns[0], s0));
  }
#endif
  *sum = s0;
  return weights;
}

#endif

#endif
