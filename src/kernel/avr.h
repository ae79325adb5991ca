/* What kernels for 8-bit AVRs share: constants that lie in flash, which is an address space of its own there; products
 * of bytes; requantization without 64-bit numbers. Elsewhere the same functions are plain C, so that any host computes
 * the same bits. */
#ifndef THIMBLE_AVR_H
#define THIMBLE_AVR_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/fixed_point.h"
#include "kernel/flash.h"
#include "kernel/window.h"

/* Helpers that are better called, and those that are better inlined. */
#if defined(__GNUC__)
#define THIMBLE_AVR_CALLED static __attribute__((noinline, unused))
#define THIMBLE_AVR_INLINED static inline __attribute__((always_inline))
#else
#define THIMBLE_AVR_CALLED static
#define THIMBLE_AVR_INLINED static inline
#endif

/* For one output channel: the bias, with the input's zero point in it; real factor = multiplier * 2^(-31 - shift). */
typedef struct {
  int32_t bias;
  int32_t multiplier; /* not negative */
  int32_t shift;      /* in [0, 31] */
} thimble_avr_channel;

/* sum + the products of `count` elements of x, each `stride` after the one before, and of w. */
THIMBLE_AVR_CALLED int32_t thimble_avr_dot(const int8_t* x, int16_t stride, const THIMBLE_FLASH int8_t* w,
                                           int16_t count, int32_t sum) {
#if defined(__AVR__) && defined(__FLASH)
/* 8 instructions and 12 cycles, which read memory that the compiler must not keep back: C is the product's sign, so
 * that the sbc makes its upper bytes. */
#define THIMBLE_AVR_SUM  \
  "lpm r18, Z+\n\t"      \
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
    __asm__(
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
        : [sum] "+r"(sum), [x] "+x"(x), [w] "+z"(w), [fours] "+w"(fours), [ones] "+d"(ones)
        :
        : "r0", "r18", "r19", "memory");
    return sum;
  }
  __asm__(
      "rjmp 2f\n"
      "1:\n\t"
      "ld r19, X\n\t"
      "add r26, %A[stride]\n\t"
      "adc r27, %B[stride]\n\t" THIMBLE_AVR_SUM
      "2:\n\t"
      "sbiw %[count], 1\n\t"
      "brge 1b\n\t"
      "clr __zero_reg__"
      : [sum] "+r"(sum), [x] "+x"(x), [w] "+z"(w), [count] "+w"(count)
      : [stride] "r"(stride)
      : "r0", "r18", "r19", "memory");
  return sum;
#else
  for (; count > 0; --count, x += stride) sum = thimble_wrap_add(sum, (int16_t)(*x * *w++));
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

/* round(a * b / 2^31), ties towards positive infinity: thimble_high_mul for b >= 0, of products of 16 bits. */
static inline int32_t thimble_avr_high_mul(int32_t a, int32_t b) {
  const uint16_t a_high = (uint16_t)((uint32_t)a >> 16), b_high = (uint16_t)((uint32_t)b >> 16);
  const uint32_t low = thimble_avr_product((uint16_t)a, (uint16_t)b);
  const uint32_t first = thimble_avr_product((uint16_t)a, b_high) + (uint16_t)(low >> 16);
  const uint32_t second = thimble_avr_product(a_high, (uint16_t)b) + (uint16_t)first;
  uint32_t high = thimble_avr_product(a_high, b_high) + (uint16_t)(first >> 16) + (uint16_t)(second >> 16);
  const uint8_t below = (uint8_t)((uint16_t)second >> 14); /* the product's bits 30 and 31 */
  if (a < 0) high -= (uint32_t)b;                          /* a was taken for a + 2^32 */
  return (int32_t)(high << 1) + (int32_t)((below + 1u) >> 1);
}

/* thimble_high_mul(a * 2^16, b) for b >= 0. */
static inline int32_t thimble_avr_high_mul_16(int16_t a, int32_t b) {
  const uint32_t low = thimble_avr_product((uint16_t)a, (uint16_t)b);
  uint32_t high = thimble_avr_product((uint16_t)a, (uint16_t)((uint32_t)b >> 16)) + (uint16_t)(low >> 16);
  const uint8_t below = (uint8_t)((uint16_t)low >> 14); /* the product's bits 30 and 31 */
  if (a < 0) high -= (uint32_t)b;
  return (int32_t)(high << 1) + (int32_t)((below + 1u) >> 1);
}

/* round(x / 2^shift), ties away from zero. */
THIMBLE_AVR_INLINED int32_t thimble_avr_rounding_shift(int32_t x, uint8_t shift) {
  if (shift == 0) return x;
  if (x < 0) --x;
  for (--shift; shift >= 8; shift = (uint8_t)(shift - 8)) x >>= 8;
  for (; shift > 0; --shift) x >>= 1;
  return (x + 1) >> 1;
}

/* thimble_multiply, then the output's zero point and range; |sum| < 2^30. */
THIMBLE_AVR_CALLED int8_t thimble_avr_finish(int32_t sum, int32_t multiplier, uint8_t shift, int16_t offset, int8_t low,
                                             int8_t high) {
  const int32_t x = thimble_avr_rounding_shift(thimble_avr_high_mul(sum, multiplier), shift) + offset;
  return x < low ? low : x > high ? high : (int8_t)x;
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
