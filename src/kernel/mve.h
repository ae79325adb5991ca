/* What kernels for Armv8.1-M's vector instructions (Helium, MVE) share. A vector is 16 bytes. The loops are assembly:
 * they keep sums in the even core registers, as VMLADAV wants them. Beside each stands a body in plain C, so that any
 * host computes the same bits. */
#ifndef THIMBLE_MVE_H
#define THIMBLE_MVE_H

#include <stdint.h>
#include <string.h>

#include "kernel/fixed_point.h"

/* The loops take all registers: more than an unoptimized build has. */
#if defined(__ARM_FEATURE_MVE) && defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(__clang__)
#define THIMBLE_MVE 1
#endif

/* A helper that is better called than inlined. */
#if defined(__GNUC__)
#define THIMBLE_MVE_CALLED static __attribute__((noinline, unused))
#else
#define THIMBLE_MVE_CALLED static
#endif

/* A parameter that assembly loads as a word: int32_t may become less (codegen/narrow_params.h). */
typedef int32_t thimble_mve_param;

/* All registers that code can use, but the one that holds its task, r12. */
#define THIMBLE_MVE_CLOBBERS                                                                                          \
  "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", "q3", "q4", "q5", \
      "q6", "q7", "cc", "memory"

/* Loads a vector of weights for elements of 8 or 16 bits, from bytes at ADDRESS, and moves that on. */
#define THIMBLE_MVE_WEIGHTS_s8(Q, ADDRESS) "vldrb.8 " Q ", [" ADDRESS "], #16\n\t"
#define THIMBLE_MVE_WEIGHTS_s16(Q, ADDRESS) "vldrb.s16 " Q ", [" ADDRESS "], #8\n\t"

/* Adds -1 to the lanes of Q below zero; ONE holds 1: the high half of twice their product is added. */
#define THIMBLE_MVE_AWAY(Q, ONE) "vqdmlah.s32 " Q ", " Q ", " ONE "\n\t"

/* The products of 16 bytes each, and their sum; may wrap. */
static inline int32_t thimble_mve_dot(const int8_t* a, const int8_t* b, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) sum = thimble_wrap_add(sum, a[i] * b[i]);
  return sum;
}

/* The same of elements of 16 bits, which need not be aligned, with weights of 8. */
static inline int32_t thimble_mve_dot_16(const void* elements, const int8_t* weights, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) {
    int16_t element;
    memcpy(&element, (const int8_t*)elements + 2 * i, sizeof(element));
    sum = thimble_wrap_add(sum, element * weights[i]);
  }
  return sum;
}

static inline int32_t thimble_mve_word(const void* four_bytes) {
  int32_t word;
  memcpy(&word, four_bytes, sizeof(word));
  return word;
}

/* The output of a sum. `shift` is VRSHL's: negative to the right. Without `exact`, ties below zero are rounded up, as
 * the instruction does: an activation that lets nothing below the zero point pass hides it. With it, -1 is added below
 * zero, which makes them go away from zero. shift <= 0; 0 is that of channels that are not there. */
static inline int8_t thimble_mve_requantize(int32_t sum, int32_t multiplier, int32_t shift, int exact,
                                            int32_t zero_point) {
  int64_t scaled = thimble_high_mul(sum, multiplier);
  if (exact && scaled < 0) --scaled;
  if (shift < 0) scaled = (scaled + ((int64_t)1 << (-shift - 1))) >> -shift;
  const int32_t narrow = scaled < INT16_MIN ? INT16_MIN : scaled > INT16_MAX ? INT16_MAX : (int32_t)scaled;
  return (int8_t)thimble_clamp(narrow + zero_point, INT8_MIN, INT8_MAX);
}

/* The output of 16 bits of a sum: the factor is multiplier * 2^(shift - 32), the multiplier's low 16 bits are 0, and
 * the product is rounded once, as thimble_multiply_64 does. shift <= 0; 0 is that of channels that are not there.
 * `range`: the least output and 2^16 times the greatest. */
static inline int16_t thimble_mve_requantize_16(int32_t sum, int32_t multiplier, int32_t shift, int32_t range) {
  int64_t scaled = ((int64_t)sum * multiplier) >> 32;
  if (shift < 0) scaled = (scaled + ((int64_t)1 << (-shift - 1))) >> -shift;
  return (int16_t)(scaled < (int16_t)range ? (int16_t)range : scaled > range >> 16 ? range >> 16 : scaled);
}

/* Clamps `count` outputs: where saturating to 8 bits is not enough. */
THIMBLE_MVE_CALLED void thimble_mve_clamp(int8_t* outputs, int32_t count, int32_t min, int32_t max) {
#ifdef THIMBLE_MVE
  __asm__ volatile(
      "vdup.8 q1, %[min]\n\t"
      "vdup.8 q2, %[max]\n\t"
      "wlstp.8 lr, %[count], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[outputs]]\n\t"
      "vmax.s8 q0, q0, q1\n\t"
      "vmin.s8 q0, q0, q2\n\t"
      "vstrb.8 q0, [%[outputs]], #16\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [outputs] "+r"(outputs)
      : [count] "r"(count), [min] "r"(min), [max] "r"(max)
      : "lr", "q0", "q1", "q2", "cc", "memory");
#else
  for (int32_t i = 0; i < count; ++i) outputs[i] = (int8_t)thimble_clamp(outputs[i], min, max);
#endif
}

static inline void thimble_mve_copy(int8_t* to, const int8_t* from, int32_t count) {
#ifdef THIMBLE_MVE
  __asm__ volatile(
      "wlstp.8 lr, %[count], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[from]], #16\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [to] "+r"(to), [from] "+r"(from)
      : [count] "r"(count)
      : "lr", "q0", "cc", "memory");
#else
  memcpy(to, from, (size_t)count);
#endif
}

static inline void thimble_mve_fill(int8_t* to, int32_t value, int32_t count) {
#ifdef THIMBLE_MVE
  __asm__ volatile(
      "vdup.8 q0, %[value]\n\t"
      "wlstp.8 lr, %[count], 2f\n"
      "1:\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [to] "+r"(to)
      : [count] "r"(count), [value] "r"(value)
      : "lr", "q0", "cc", "memory");
#else
  memset(to, value, (size_t)count);
#endif
}

#endif
