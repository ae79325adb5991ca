/* What kernels for Armv7E-M's DSP instructions share. A pair is two 16-bit lanes in a word, the first in the low half.
 * With other compilers and targets the same functions are plain C, so that any host computes the same bits. */
#ifndef THIMBLE_DSP_H
#define THIMBLE_DSP_H

#include <stdint.h>
#include <string.h>

#include "kernel/fixed_point.h"

/* The form of the kernels. Where 16-bit lanes gain nothing there are two others, LONG for Armv7-M (64-bit products add
 * up in one instruction) and PLAIN. The inner loops in assembly take 13 registers: more than an unoptimized build has.
 */
#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)
#define THIMBLE_DSP 1
#elif defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_8M_MAIN__)
#define THIMBLE_DSP_LONG 1
#elif defined(__ARM_ARCH_6M__) || defined(__riscv)
#define THIMBLE_DSP_PLAIN 1
#endif
#if defined(__arm__) && defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(__clang__)
#if defined(THIMBLE_DSP)
#define THIMBLE_DSP_LOOPS 1
#elif defined(THIMBLE_DSP_LONG)
#define THIMBLE_DSP_LONG_LOOPS 1
#endif
#endif
#if defined(THIMBLE_DSP_LONG) || defined(THIMBLE_DSP_PLAIN)
#define THIMBLE_DSP_SINGLE 1 /* one 16-bit product an instruction */
#endif

/* A helper that is better called than inlined. */
#if defined(__GNUC__)
#define THIMBLE_DSP_CALLED static __attribute__((noinline, unused))
#else
#define THIMBLE_DSP_CALLED static
#endif

/* Makes the compiler take a pointer or number as it is: compute addresses from it, rather than keep several that step
 * along with it in memory, and draw no conclusion from the type that it was read as. */
#if defined(THIMBLE_DSP) || (defined(THIMBLE_DSP_PLAIN) && defined(__GNUC__))
#define THIMBLE_DSP_IN_REGISTER(value) __asm__("" : "+r"(value))
#else
#define THIMBLE_DSP_IN_REGISTER(value) (void)(value)
#endif

/* For one output channel: the bias, with the input's zero point in it, and how the sum becomes an output. */
typedef struct {
  int32_t bias;
  int32_t multiplier; /* real factor = multiplier * 2^(-31 - shift) */
  int32_t addend;     /* (zero point << shift) + half, half = 1 << (shift - 1) */
  int32_t shift;      /* in [1, 22] */
} thimble_dsp_channel;

#ifdef THIMBLE_DSP_PLAIN
/* CPUs that cannot read words from any address. */
static inline uint32_t thimble_dsp_load(const void* four_bytes) {
  const uint8_t* bytes = (const uint8_t*)four_bytes;
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}
static inline void thimble_dsp_store(void* four_bytes, uint32_t word) {
  uint8_t* bytes = (uint8_t*)four_bytes;
  bytes[0] = (uint8_t)word, bytes[1] = (uint8_t)(word >> 8);
  bytes[2] = (uint8_t)(word >> 16), bytes[3] = (uint8_t)(word >> 24);
}
#else
static inline uint32_t thimble_dsp_load(const void* four_bytes) {
  uint32_t word;
  memcpy(&word, four_bytes, sizeof(word));
  return word;
}
static inline void thimble_dsp_store(void* four_bytes, uint32_t word) { memcpy(four_bytes, &word, sizeof(word)); }
#endif

#ifdef __GNUC__
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

/* sum + x[0] * weights.low + x[1] * weights.high. */
static inline int32_t thimble_dsp_add_pair(const int16_t* x, uint32_t weights, int32_t sum) {
#ifdef THIMBLE_DSP_SINGLE
  return sum + x[0] * (int16_t)weights + x[1] * (int16_t)(weights >> 16);
#else
  return thimble_dsp_smlad(thimble_dsp_load(x), weights, sum);
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
    return offset + (int8_t)(bytes >> (8 * (INDEX)));                                  \
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
#if defined(THIMBLE_DSP) || (defined(THIMBLE_DSP_LONG) && defined(__arm__))
  THIMBLE_DSP_ASM("ssat %0, #8, %1", result, "r"(value));
#else
  return value < -128 ? -128 : value > 127 ? 127 : value;
#endif
}

/* c + round(a * b / 2^32), ties up. */
static inline int32_t thimble_dsp_high_multiply_add(int32_t a, int32_t b, int32_t c) {
#ifdef THIMBLE_DSP
  THIMBLE_DSP_ASM("smmlar %0, %1, %2, %3", result, "r"(a), "r"(b), "r"(c));
#elif defined(THIMBLE_DSP_LONG)
  return (int32_t)(((int64_t)((uint64_t)(uint32_t)c << 32) + ((int64_t)1 << 31) + (int64_t)a * b) >> 32);
#elif defined(THIMBLE_DSP_PLAIN) && !defined(__riscv)
  /* Armv6-M has no multiplication to 64 bits: of halves of 16 bits. */
  const uint32_t a_low = (uint32_t)a & 0xFFFF, b_low = (uint32_t)b & 0xFFFF;
  const int32_t a_high = a >> 16, b_high = b >> 16;
  const int32_t middle = a_high * (int32_t)b_low + (int32_t)((a_low * b_low) >> 16);
  const int32_t low = (int32_t)a_low * b_high + (middle & 0xFFFF);
  return c + a_high * b_high + (middle >> 16) + (low >> 16) + ((low >> 15) & 1);
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
  THIMBLE_DSP_IN_REGISTER(min);
  THIMBLE_DSP_IN_REGISTER(max);
  values[0] = thimble_clamp(values[0], min, max);
  values[1] = thimble_clamp(values[1], min, max);
  values[2] = thimble_clamp(values[2], min, max);
  values[3] = thimble_clamp(values[3], min, max);
}

#endif
