/* What kernels for 8-bit AVRs share: constants that lie in flash, which is an address space of its own there; products
 * of bytes; requantization without 64-bit numbers. Elsewhere the same functions are plain C, so that any host computes
 * the same bits. */
#ifndef THIMBLE_AVR_H
#define THIMBLE_AVR_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/avr_finish.h"
#include "kernel/fixed_point.h"
#include "kernel/flash.h"
#include "kernel/window.h"

/* For one output channel: the bias, with the input's zero point in it; real factor = multiplier * 2^(-31 - shift). */
typedef struct {
  int32_t bias;
  int32_t multiplier; /* not negative */
  int32_t shift;      /* in [0, 31] */
} thimble_avr_channel;

/* sum + the products of `count` elements of x, each `stride` after the one before, and of w. */
THIMBLE_AVR_CALLED int32_t thimble_avr_dot(const int8_t* x, int16_t stride, const THIMBLE_FAR int8_t* w, int16_t count,
                                           int32_t sum) {
#if defined(__AVR__) && defined(__FLASH)
/* What follows + has an & here and elsewhere: an operand that changes must not share registers with one that is read
 * and happens to be the same number. */
/* How Z and, for 24 bits, RAMPZ come to point to w, and what reads there. */
#ifdef THIMBLE_FAR_READS
#define THIMBLE_AVR_POINT \
  "mov r30, %A[w]\n\t"    \
  "mov r31, %B[w]\n\t"    \
  "out __RAMPZ__, %C[w]\n\t"
#define THIMBLE_AVR_READ "elpm r18, Z+\n\t"
#define THIMBLE_AVR_W [w] "+&r"(w)
#define THIMBLE_AVR_LOST "r0", "r18", "r19", "r30", "r31", "memory"
#else
#define THIMBLE_AVR_POINT
#define THIMBLE_AVR_READ "lpm r18, Z+\n\t"
#define THIMBLE_AVR_W [w] "+&z"(w)
#define THIMBLE_AVR_LOST "r0", "r18", "r19", "memory"
#endif
/* 8 instructions and 12 cycles, which read memory that the compiler must not keep back: C is the product's sign, so
 * that the sbc makes its upper bytes. */
#define THIMBLE_AVR_SUM  \
  THIMBLE_AVR_READ       \
  "muls r19, r18\n\t"    \
  "sbc r19, r19\n\t"     \
  "add %A[sum], r0\n\t"  \
  "adc %B[sum], r1\n\t"  \
  "adc %C[sum], r19\n\t" \
  "adc %D[sum], r19\n\t"
#define THIMBLE_AVR_TAP "ld r19, X+\n\t" THIMBLE_AVR_SUM
  if (stride == 1) {
    int16_t fours = (int16_t)(count >> 2);
    uint8_t ones = (uint8_t)(count & 3);
    __asm__(THIMBLE_AVR_POINT
            "rjmp 2f\n"
            "1:\n\t" THIMBLE_AVR_TAP THIMBLE_AVR_TAP THIMBLE_AVR_TAP THIMBLE_AVR_TAP
            "2:\n\t"
            "sbiw %[fours], 1\n\t"
            "brge 1b\n\t"
            "rjmp 4f\n"
            "3:\n\t" THIMBLE_AVR_TAP
            "4:\n\t"
            "subi %[ones], 1\n\t"
            "brcc 3b\n\t"
            "clr __zero_reg__"
            : [sum] "+&r"(sum), [x] "+&x"(x), THIMBLE_AVR_W, [fours] "+&w"(fours), [ones] "+&d"(ones)
            :
            : THIMBLE_AVR_LOST);
    return sum;
  }
  __asm__(THIMBLE_AVR_POINT
          "rjmp 2f\n"
          "1:\n\t"
          "ld r19, X\n\t"
          "add r26, %A[stride]\n\t"
          "adc r27, %B[stride]\n\t" THIMBLE_AVR_SUM
          "2:\n\t"
          "sbiw %[count], 1\n\t"
          "brge 1b\n\t"
          "clr __zero_reg__"
          : [sum] "+&r"(sum), [x] "+&x"(x), THIMBLE_AVR_W, [count] "+&w"(count)
          : [stride] "r"(stride)
          : THIMBLE_AVR_LOST);
  return sum;
#else
  for (; count > 0; --count, x += stride) sum = thimble_wrap_add(sum, (int16_t)(*x * *w++));
  return sum;
#endif
}

enum { THIMBLE_AVR_UNSIGNED_RUN = 256 }; /* products of bytes without a sign whose sum 24 bits hold */

/* sum + the products of up to that many elements, count > 0. 6 instructions and 10 cycles each. */
THIMBLE_AVR_CALLED int32_t thimble_avr_add_unsigned(const uint8_t* x, const THIMBLE_FAR uint8_t* w, int16_t count,
                                                    int32_t sum) {
#if defined(__AVR__) && defined(__FLASH)
#define THIMBLE_AVR_UNSIGNED_TAP    \
  "ld r19, X+\n\t" THIMBLE_AVR_READ \
  "mul r19, r18\n\t"                \
  "add %[a], r0\n\t"                \
  "adc %[b], r1\n\t"                \
  "adc %[c], %[zero]\n\t"
  const uint8_t zero = 0;
  uint8_t a = 0, b = 0, c = 0, ones = (uint8_t)(count & 3);
  int16_t fours = (int16_t)(count >> 2);
  __asm__(THIMBLE_AVR_POINT
          "rjmp 2f\n"
          "1:\n\t" THIMBLE_AVR_UNSIGNED_TAP THIMBLE_AVR_UNSIGNED_TAP THIMBLE_AVR_UNSIGNED_TAP THIMBLE_AVR_UNSIGNED_TAP
          "2:\n\t"
          "sbiw %[fours], 1\n\t"
          "brge 1b\n\t"
          "rjmp 4f\n"
          "3:\n\t" THIMBLE_AVR_UNSIGNED_TAP
          "4:\n\t"
          "subi %[ones], 1\n\t"
          "brcc 3b\n\t"
          "add %A[sum], %[a]\n\t"
          "adc %B[sum], %[b]\n\t"
          "adc %C[sum], %[c]\n\t"
          "adc %D[sum], %[zero]\n\t"
          "clr __zero_reg__"
          : [sum] "+&r"(sum), [x] "+&x"(x),
            THIMBLE_AVR_W, [fours] "+&w"(fours), [ones] "+&d"(ones), [a] "+&r"(a), [b] "+&r"(b), [c] "+&r"(c)
          : [zero] "r"(zero)
          : THIMBLE_AVR_LOST);
  return sum;
#else
  for (; count > 0; --count) sum = thimble_wrap_add(sum, *x++ * *w++);
  return sum;
#endif
}

/* sum + the products of `count` elements of x and of w, both with 128 added, so that they have no sign. */
THIMBLE_AVR_INLINED int32_t thimble_avr_dot_unsigned(const uint8_t* x, const THIMBLE_FAR uint8_t* w, int16_t count,
                                                     int32_t sum) {
  for (; count > THIMBLE_AVR_UNSIGNED_RUN; count -= THIMBLE_AVR_UNSIGNED_RUN) {
    sum = thimble_avr_add_unsigned(x, w, THIMBLE_AVR_UNSIGNED_RUN, sum);
    x += THIMBLE_AVR_UNSIGNED_RUN;
    w += THIMBLE_AVR_UNSIGNED_RUN;
  }
  return thimble_avr_add_unsigned(x, w, count, sum);
}

/* Adds 128 to `count` elements; returns their sum then. */
THIMBLE_AVR_CALLED int32_t thimble_avr_without_sign(int8_t* x, int16_t count) {
  int32_t sum = 0;
  for (; count > 0; --count) {
    const uint8_t element = (uint8_t)((uint8_t)*x ^ 0x80u);
    *(uint8_t*)x++ = element;
    sum += element;
  }
  return sum;
}

/* sum + `count` elements of x, each `stride` after the one before. */
THIMBLE_AVR_CALLED int32_t thimble_avr_sum(const int8_t* x, int16_t stride, uint16_t count, int32_t sum) {
#if defined(__AVR__)
  /* Of bytes with 128 added, which have no sign: so the upper bytes of the sum take carries alone. */
  const uint8_t zero = 0;
  uint8_t element;
  sum -= (int32_t)((uint32_t)count << 7);
  __asm__(
      "rjmp 2f\n"
      "1:\n\t"
      "ld %[element], X\n\t"
      "add r26, %A[stride]\n\t"
      "adc r27, %B[stride]\n\t"
      "subi %[element], 0x80\n\t"
      "add %A[sum], %[element]\n\t"
      "adc %B[sum], %[zero]\n\t"
      "adc %C[sum], %[zero]\n\t"
      "adc %D[sum], %[zero]\n"
      "2:\n\t"
      "sbiw %[count], 1\n\t"
      "brcc 1b"
      : [sum] "+&r"(sum), [x] "+&x"(x), [count] "+&w"(count), [element] "=&d"(element)
      : [stride] "r"(stride), [zero] "r"(zero)
      : "memory");
  return sum;
#else
  for (; count > 0; --count, x += stride) sum = thimble_wrap_add(sum, *x);
  return sum;
#endif
}

static inline uint32_t thimble_avr_product(uint16_t a, uint16_t b) {
#if defined(__AVR__)
  uint32_t product;
  const uint8_t zero = 0;
  __asm__(
      "mul %A[a], %A[b]\n\t"
      "movw %A[product], r0\n\t"
      "mul %B[a], %B[b]\n\t"
      "movw %C[product], r0\n\t"
      "mul %B[a], %A[b]\n\t"
      "add %B[product], r0\n\t"
      "adc %C[product], r1\n\t"
      "adc %D[product], %[zero]\n\t"
      "mul %A[a], %B[b]\n\t"
      "add %B[product], r0\n\t"
      "adc %C[product], r1\n\t"
      "adc %D[product], %[zero]\n\t"
      "clr __zero_reg__"
      : [product] "=&r"(product)
      : [a] "r"(a), [b] "r"(b), [zero] "r"(zero)
      : "r0");
  return product;
#else
  return (uint32_t)a * b;
#endif
}

/* Two operands walked side by side: `rows` times `count` pairs. An operand moves on by its step (0: it is repeated)
 * from one pair to the next, and by its turn behind a row. */
typedef struct {
  int32_t rows, count;
  int32_t step_a, step_b;
  int32_t turn_a, turn_b;
} thimble_avr_pairs;

/* Writes RESULT, an expression of the elements x of A and y of B with the offsets added, for each pair. */
#define THIMBLE_AVR_EACH_PAIR(PAIRS, A, B, OFFSET_A, OFFSET_B, OUTPUT, RESULT)          \
  for (uint16_t row = (uint16_t)(PAIRS)->rows; row > 0; --row) {                        \
    for (uint16_t left = (uint16_t)(PAIRS)->count; left > 0; --left) {                  \
      const int16_t x = (int16_t)(*(A) + (OFFSET_A)), y = (int16_t)(*(B) + (OFFSET_B)); \
      (A) += (int16_t)(PAIRS)->step_a;                                                  \
      (B) += (int16_t)(PAIRS)->step_b;                                                  \
      *(OUTPUT)++ = (RESULT);                                                           \
    }                                                                                   \
    (A) += (int16_t)(PAIRS)->turn_a;                                                    \
    (B) += (int16_t)(PAIRS)->turn_b;                                                    \
  }

/* The input's elements under the window of output (y, x), in the filter's order; zero_point outside of the image. */
THIMBLE_AVR_INLINED void thimble_avr_patch(const thimble_window* w, const int8_t* image, int16_t y, int16_t x,
                                           int8_t zero_point, int8_t* patch) {
  const int16_t left = (int16_t)(x * (int16_t)w->stride_w - (int16_t)w->pad_left);
  const int16_t channels = (int16_t)w->input_c, width = (int16_t)w->input_w, taps = (int16_t)w->filter_w;
  const int whole = w->dilation_w == 1 && left >= 0 && left <= (int16_t)(width - taps); /* one run of memory a row */
  int16_t row = (int16_t)(y * (int16_t)w->stride_h - (int16_t)w->pad_top);
  for (int16_t i = 0; i < (int16_t)w->filter_h; ++i, row = (int16_t)(row + (int16_t)w->dilation_h)) {
    const int inside = row >= 0 && row < (int16_t)w->input_h;
    const int8_t* line = image + (inside ? (size_t)row * (size_t)width * (size_t)channels : 0);
    int16_t column = left;
    if (inside && whole) {
      line += (size_t)left * (size_t)channels;
      for (uint16_t n = (uint16_t)(taps * channels); n > 0; --n) *patch++ = *line++;
      continue;
    }
    for (int16_t j = 0; j < taps; ++j, column = (int16_t)(column + (int16_t)w->dilation_w)) {
      if (inside && column >= 0 && column < width) {
        const int8_t* pixel = line + (size_t)column * (size_t)channels;
        for (int16_t c = channels; c > 0; --c) *patch++ = *pixel++;
      } else {
        for (int16_t c = channels; c > 0; --c) *patch++ = zero_point;
      }
    }
  }
}

#endif
