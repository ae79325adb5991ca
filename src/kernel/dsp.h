/* What kernels for Armv7E-M's DSP instructions share. A pair is two 16-bit lanes in a word, the first in the low half.
 * With other compilers and targets the same functions are plain C, so that any host computes the same bits. */
#ifndef THIMBLE_DSP_H
#define THIMBLE_DSP_H

#include <stdint.h>
#include <string.h>

#include "kernel/fixed_point.h"

/* The inner loops in assembly take 13 registers: more than an unoptimized build has. */
#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)
#define THIMBLE_DSP 1
#if defined(__OPTIMIZE__) && !defined(__clang__)
#define THIMBLE_DSP_LOOPS 1
#endif
#endif

/* A helper that is better called than inlined. */
#if defined(__GNUC__)
#define THIMBLE_DSP_CALLED static __attribute__((noinline, unused))
#else
#define THIMBLE_DSP_CALLED static
#endif

/* Makes the compiler compute addresses from `pointer`, rather than keep several that step along with it in memory. */
#ifdef THIMBLE_DSP
#define THIMBLE_DSP_IN_REGISTER(pointer) __asm__("" : "+r"(pointer))
#else
#define THIMBLE_DSP_IN_REGISTER(pointer) (void)(pointer)
#endif

/* For one output channel: the bias, with the input's zero point in it, and how the sum becomes an output. */
typedef struct {
  int32_t bias;
  int32_t multiplier; /* real factor = multiplier * 2^(-31 - shift) */
  int32_t addend;     /* (zero point << shift) + half, half = 1 << (shift - 1) */
  int32_t shift;      /* in [1, 22] */
} thimble_dsp_channel;

static inline uint32_t thimble_dsp_load(const void* four_bytes) {
  uint32_t word;
  memcpy(&word, four_bytes, sizeof(word));
  return word;
}

static inline void thimble_dsp_store(void* four_bytes, uint32_t word) { memcpy(four_bytes, &word, sizeof(word)); }

#ifdef THIMBLE_DSP
#define THIMBLE_DSP_ASM(TEXT, RESULT, ...)    \
  int32_t RESULT;                             \
  __asm__(TEXT : "=r"(RESULT) : __VA_ARGS__); \
  return RESULT
#endif

/* sum + a.low * b.low + a.high * b.high; may wrap. */
static inline int32_t thimble_dsp_smlad(uint32_t a, uint32_t b, int32_t sum) {
#ifdef THIMBLE_DSP
  THIMBLE_DSP_ASM("smlad %0, %1, %2, %3", result, "r"(a), "r"(b), "r"(sum));
#else
  const uint32_t low = (uint32_t)((int16_t)a * (int16_t)b);
  const uint32_t high = (uint32_t)((int16_t)(a >> 16) * (int16_t)(b >> 16));
  return (int32_t)((uint32_t)sum + low + high);
#endif
}

/* Bytes 0 and 2 of a word as a pair, each with its sign. */
static inline uint32_t thimble_dsp_even(uint32_t bytes) {
#ifdef THIMBLE_DSP
  uint32_t pair;
  __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
  return pair;
#else
  return (uint16_t)(int8_t)bytes | (uint32_t)(int8_t)(bytes >> 16) << 16;
#endif
}

/* Bytes 1 and 3. */
static inline uint32_t thimble_dsp_odd(uint32_t bytes) {
#ifdef THIMBLE_DSP
  uint32_t pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
  return pair;
#else
  return thimble_dsp_even(bytes >> 8);
#endif
}

/* offset + byte INDEX of a word, with its sign. */
#ifdef THIMBLE_DSP
#define THIMBLE_DSP_ADD_BYTE(INDEX)                                                    \
  static inline int32_t thimble_dsp_add_byte_##INDEX(int32_t offset, uint32_t bytes) { \
    int32_t sum;                                                                       \
    __asm__("sxtab %0, %1, %2, ror #8*" #INDEX : "=r"(sum) : "r"(offset), "r"(bytes)); \
    return sum;                                                                        \
  }
#else
#define THIMBLE_DSP_ADD_BYTE(INDEX)                                                    \
  static inline int32_t thimble_dsp_add_byte_##INDEX(int32_t offset, uint32_t bytes) { \
    return offset + (int8_t)(bytes >> (8 * INDEX));                                    \
  }
#endif
THIMBLE_DSP_ADD_BYTE(0)
THIMBLE_DSP_ADD_BYTE(1)
THIMBLE_DSP_ADD_BYTE(2)
THIMBLE_DSP_ADD_BYTE(3)

/* The pair (a.low, b.low). */
static inline uint32_t thimble_dsp_low_lanes(uint32_t a, uint32_t b) {
#ifdef THIMBLE_DSP
  uint32_t pair;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return (a & 0xFFFF) | b << 16;
#endif
}

/* The pair (a.high, b.high). */
static inline uint32_t thimble_dsp_high_lanes(uint32_t a, uint32_t b) {
#ifdef THIMBLE_DSP
  uint32_t pair;
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(b), "r"(a));
  return pair;
#else
  return a >> 16 | (b & 0xFFFF0000);
#endif
}

/* The larger of each byte. */
static inline uint32_t thimble_dsp_max(uint32_t a, uint32_t b) {
#ifdef THIMBLE_DSP
  uint32_t max;
  __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(max) : "r"(a), "r"(b));
  return max;
#else
  uint32_t max = 0;
  for (int i = 0; i < 32; i += 8) max |= ((int8_t)(a >> i) > (int8_t)(b >> i) ? a : b) & ((uint32_t)0xFF << i);
  return max;
#endif
}

/* pair + (byte 0, byte 2), and pair + (byte 1, byte 3), lane by lane. */
static inline uint32_t thimble_dsp_add_even(uint32_t pair, uint32_t bytes) {
#ifdef THIMBLE_DSP
  uint32_t sum;
  __asm__("sxtab16 %0, %1, %2" : "=r"(sum) : "r"(pair), "r"(bytes));
  return sum;
#else
  const int32_t low = (int16_t)pair + (int8_t)bytes, high = (int16_t)(pair >> 16) + (int8_t)(bytes >> 16);
  return ((uint32_t)low & 0xFFFF) | (uint32_t)high << 16;
#endif
}
static inline uint32_t thimble_dsp_add_odd(uint32_t pair, uint32_t bytes) {
#ifdef THIMBLE_DSP
  uint32_t sum;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(sum) : "r"(pair), "r"(bytes));
  return sum;
#else
  return thimble_dsp_add_even(pair, bytes >> 8);
#endif
}

/* `value` clamped to 8 bits. */
static inline int32_t thimble_dsp_saturate(int32_t value) {
#ifdef THIMBLE_DSP
  THIMBLE_DSP_ASM("ssat %0, #8, %1", result, "r"(value));
#else
  return value < -128 ? -128 : value > 127 ? 127 : value;
#endif
}

/* c + round(a * b / 2^32), ties up. */
static inline int32_t thimble_dsp_high_multiply_add(int32_t a, int32_t b, int32_t c) {
#ifdef THIMBLE_DSP
  THIMBLE_DSP_ASM("smmlar %0, %1, %2, %3", result, "r"(a), "r"(b), "r"(c));
#else
  return c + (int32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32);
#endif
}

/* The factor's product with x, given 2 * x, |x| < 2^30, rounded twice as thimble_multiply does, and the zero point that
 * is in the addend. round(2 * x * multiplier / 2^32) is the doubling high multiplication; adding -1 below zero makes
 * ties in the shift go away from zero. (Where the product rounds up to zero, the shift does away with the -1.) */
static inline int32_t thimble_dsp_scale(int32_t doubled, thimble_dsp_channel channel) {
  const int32_t scaled = thimble_dsp_high_multiply_add(doubled, channel.multiplier, channel.addend);
  return (scaled + (doubled >> 31)) >> channel.shift;
}

/* The same, clamped to 8 bits: an output. */
static inline int32_t thimble_dsp_requantize(int32_t doubled, thimble_dsp_channel channel) {
  return thimble_dsp_saturate(thimble_dsp_scale(doubled, channel));
}

/* Four sums of one channel. */
static inline void thimble_dsp_requantize_4(int32_t values[4], const thimble_dsp_channel* channel) {
  const thimble_dsp_channel local = *channel;
  values[0] = thimble_dsp_requantize(values[0] * 2, local);
  values[1] = thimble_dsp_requantize(values[1] * 2, local);
  values[2] = thimble_dsp_requantize(values[2] * 2, local);
  values[3] = thimble_dsp_requantize(values[3] * 2, local);
}

static inline void thimble_dsp_clamp_4(int32_t values[4], int32_t min, int32_t max) {
  values[0] = thimble_clamp(values[0], min, max);
  values[1] = thimble_clamp(values[1], min, max);
  values[2] = thimble_clamp(values[2], min, max);
  values[3] = thimble_clamp(values[3], min, max);
}

/* Four columns of K elements side by side, widened to 16 bits: for every 4 elements two words a column, (0, 2) and (1,
 * 3): [columns (0, 2) of 4 columns][(1, 3) of 4 columns]. Writes `quads` times 4 elements of the column that starts at
 * `column`. */
THIMBLE_DSP_CALLED void thimble_dsp_widen(const int8_t* elements, int32_t quads, uint32_t* column) {
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

/* The dot products of `quads` times 4 weights with each of four columns, added to `bias`. Returns the end of the
 * weights. */
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

/* The same with the first column alone. */
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
