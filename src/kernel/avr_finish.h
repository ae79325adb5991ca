/* Sums to bytes on 8-bit AVRs: TFLite's requantization without 64-bit numbers. Elsewhere the same functions are plain
 * C, so that any host computes the same bits. */
#ifndef THIMBLE_AVR_FINISH_H
#define THIMBLE_AVR_FINISH_H

#include <stdint.h>

#include "kernel/fixed_point.h"

/* Helpers that are better called, and those that are better inlined. */
#if defined(__GNUC__)
#define THIMBLE_AVR_CALLED static __attribute__((noinline, unused))
#define THIMBLE_AVR_INLINED static inline __attribute__((always_inline))
#else
#define THIMBLE_AVR_CALLED static
#define THIMBLE_AVR_INLINED static inline
#endif

/* thimble_multiply by multiplier * 2^(-31 - shift), plus the offset, or, where that is no byte, some other number that
 * is none either and has its sign; multiplier >= 0, shift in [0, 31], |sum| < 2^30, the offset a byte. */
THIMBLE_AVR_INLINED int16_t thimble_avr_scaled(int32_t sum, int32_t multiplier, uint8_t shift, int16_t offset) {
#if defined(__AVR__)
  register int32_t a __asm__("r22") = sum;
  register int32_t b __asm__("r18") = multiplier;
  register uint8_t left __asm__("r16") = shift;
  register int16_t scaled __asm__("r26");
/* One byte of each factor, added to the three bytes of the product from LOW on. */
#define THIMBLE_AVR_BYTES(X, Y, LOW, MIDDLE, HIGH) \
  "mul " X ", " Y                                  \
  "\n\t"                                           \
  "add " LOW                                       \
  ", r0\n\t"                                       \
  "adc " MIDDLE                                    \
  ", r1\n\t"                                       \
  "adc " HIGH ", r31\n\t"
  /* The product's bytes, by their place: 1 r26, 2 r27, 3 r30, 4 r26, 5 r27, 6 r22, 7 r23. Those of a make room for the
   * last two, and 2^30 is in byte 3 from the beginning, so that cutting it rounds. */
  __asm__(
      "bst r25, 7\n\t"
      "clr r31\n\t"
      "mul r22, r18\n\t"
      "mov r26, r1\n\t"
      "clr r27\n\t"
      "mul r22, r19\n\t"
      "add r26, r0\n\t"
      "adc r27, r1\n\t"
      "ldi r30, 0x40\n\t" THIMBLE_AVR_BYTES("r23", "r18", "r26", "r27", "r30")
      "clr r26\n\t" THIMBLE_AVR_BYTES("r22", "r20", "r27", "r30", "r26")
          THIMBLE_AVR_BYTES("r23", "r19", "r27", "r30", "r26") THIMBLE_AVR_BYTES("r24", "r18", "r27", "r30", "r26")
      "clr r27\n\t" THIMBLE_AVR_BYTES("r22", "r21", "r30", "r26", "r27")
          THIMBLE_AVR_BYTES("r23", "r20", "r30", "r26", "r27") THIMBLE_AVR_BYTES("r24", "r19", "r30", "r26", "r27")
              THIMBLE_AVR_BYTES("r25", "r18", "r30", "r26", "r27")
      "clr r22\n\t" THIMBLE_AVR_BYTES("r23", "r21", "r26", "r27", "r22")
          THIMBLE_AVR_BYTES("r24", "r20", "r26", "r27", "r22") THIMBLE_AVR_BYTES("r25", "r19", "r26", "r27", "r22")
      "clr r23\n\t" THIMBLE_AVR_BYTES("r24", "r21", "r27", "r22", "r23")
          THIMBLE_AVR_BYTES("r25", "r20", "r27", "r22", "r23")
      "mul r25, r21\n\t"
      "add r22, r0\n\t"
      "adc r23, r1\n\t"
      "brtc 1f\n\t" /* a negative a was taken for a + 2^32 */
      "sub r26, r18\n\t"
      "sbc r27, r19\n\t"
      "sbc r22, r20\n\t"
      "sbc r23, r21\n"
      "1:\n\t"
      "subi r16, 1\n\t"
      "brcc 2f\n\t"
      "lsl r30\n\t" /* shift 0: no second rounding */
      "rol r26\n\t"
      "rol r27\n\t"
      "rol r22\n\t"
      "rol r23\n\t"
      "clr r30\n\t"
      "clr r16\n\t"
      "rjmp 4f\n"
      "2:\n\t" /* ties away from zero: below zero 1 less, which is 2^31 here */
      "sbrs r23, 7\n\t"
      "rjmp 4f\n\t"
      "subi r30, 0x80\n\t"
      "sbc r26, r31\n\t"
      "sbc r27, r31\n\t"
      "sbc r22, r31\n\t"
      "sbc r23, r31\n\t"
      "rjmp 4f\n"
      "3:\n\t" /* whole bytes; r30 is the last one that went */
      "mov r30, r26\n\t"
      "mov r26, r27\n\t"
      "mov r27, r22\n\t"
      "mov r22, r23\n\t"
      "lsl r23\n\t"
      "sbc r23, r23\n\t"
      "subi r16, 8\n"
      "4:\n\t"
      "cpi r16, 8\n\t"
      "brsh 3b\n\t"
      "mov r0, r27\n\t" /* do 16 bits hold it? */
      "lsl r0\n\t"
      "sbc r0, r0\n\t"
      "cp r22, r0\n\t"
      "cpc r23, r0\n\t"
      "breq 5f\n\t"
      "ldi r27, 0x40\n\t"
      "sbrc r23, 7\n\t"
      "ldi r27, 0xC0\n\t"
      "clc\n\t"
      "rjmp 8f\n"
      "5:\n\t" /* the bits that are left; the last one that goes rounds */
      "lsl r30\n\t"
      "rjmp 7f\n"
      "6:\n\t"
      "asr r27\n\t"
      "ror r26\n"
      "7:\n\t"
      "dec r16\n\t"
      "brpl 6b\n"
      "8:\n\t"
      "adc r26, %A[offset]\n\t"
      "adc r27, %B[offset]\n\t"
      "brvc 9f\n\t"
      "ldi r27, 0x7F\n\t"
      "sbrc r23, 7\n\t"
      "ldi r27, 0x80\n"
      "9:\n\t"
      "clr __zero_reg__"
      : "+&r"(a), "+&r"(left), "=&r"(scaled)
      : "r"(b), [offset] "r"(offset)
      : "r0", "r30", "r31");
  return scaled;
#else
  const int32_t scaled = thimble_rounding_shift(thimble_high_mul(sum, multiplier), shift);
  return (int16_t)thimble_clamp(scaled + offset, INT16_MIN, INT16_MAX);
#endif
}

/* thimble_multiply, then the output's zero point and range. */
THIMBLE_AVR_CALLED int8_t thimble_avr_finish(int32_t sum, int32_t multiplier, uint8_t shift, int16_t offset, int8_t low,
                                             int8_t high) {
  const int16_t x = thimble_avr_scaled(sum, multiplier, shift, offset);
  return x < low ? low : x > high ? high : (int8_t)x;
}

#endif
