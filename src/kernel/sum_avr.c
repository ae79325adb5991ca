#include "kernel/sum_avr.h"

/* x * 2^20 at the factor of the smaller scale, rounded twice as thimble_multiply does; x in [-255, 255]. */
THIMBLE_AVR_CALLED int32_t thimble_sum_avr_scale(int16_t x, uint32_t multiplier, uint8_t shift) {
#if defined(__AVR__)
  register int16_t a __asm__("r24") = x;
  register uint32_t b __asm__("r20") = multiplier;
  register uint8_t bits __asm__("r18") = shift;
  /* |x| is a byte. Its product with b, whose place the result takes, has five: r26, r27, r30, r31, r19. x * 2^20 * b /
   * 2^31 takes 11 bits off, which round ties up: for x < 0 down, as the product is positive. */
  __asm__(
      "bst r25, 7\n\t"
      "brtc 1f\n\t"
      "neg r24\n"
      "1:\n\t"
      "clr r25\n\t"
      "mul r24, r20\n\t"
      "movw r26, r0\n\t"
      "mul r24, r21\n\t"
      "add r27, r0\n\t"
      "mov r30, r1\n\t"
      "adc r30, r25\n\t"
      "mul r24, r22\n\t"
      "add r30, r0\n\t"
      "mov r31, r1\n\t"
      "adc r31, r25\n\t"
      "mul r24, r23\n\t"
      "add r31, r0\n\t"
      "mov r19, r1\n\t"
      "adc r19, r25\n\t"
      "tst r18\n\t"
      "breq 3f\n\t" /* the factor is 1/2: nothing is rounded */
      "ldi r20, 0\n\t"
      "ldi r21, 4\n\t"
      "brtc 2f\n\t"
      "ldi r20, 0xFF\n\t"
      "ldi r21, 3\n"
      "2:\n\t"
      "add r26, r20\n\t"
      "adc r27, r21\n\t"
      "adc r30, r25\n\t"
      "adc r31, r25\n\t"
      "adc r19, r25\n"
      "3:\n\t"
      "subi r18, -3\n" /* and 8 by leaving r26 out */
      "4:\n\t"
      "lsr r19\n\t"
      "ror r31\n\t"
      "ror r30\n\t"
      "ror r27\n\t"
      "dec r18\n\t"
      "brne 4b\n\t"
      "adc r27, r25\n\t" /* the last bit that went: ties away from zero */
      "adc r30, r25\n\t"
      "adc r31, r25\n\t"
      "adc r19, r25\n\t"
      "mov r20, r27\n\t"
      "mov r21, r30\n\t"
      "mov r22, r31\n\t"
      "mov r23, r19\n\t"
      "brtc 5f\n\t"
      "com r23\n\t"
      "com r22\n\t"
      "com r21\n\t"
      "neg r20\n\t"
      "sbci r21, -1\n\t"
      "sbci r22, -1\n\t"
      "sbci r23, -1\n"
      "5:\n\t"
      "clr __zero_reg__"
      : "+r"(a), "+r"(b), "+r"(bits)
      :
      : "r0", "r19", "r26", "r27", "r30", "r31");
  return (int32_t)b;
#else
  return thimble_rounding_shift(thimble_high_mul((int32_t)((uint32_t)(uint16_t)(x * 16) << 16), (int32_t)multiplier),
                                shift);
#endif
}

static inline int8_t thimble_sum_avr_element(const thimble_sum_avr_params* p, int16_t x, int16_t y) {
  const int32_t half = (int32_t)((uint32_t)(uint16_t)(p->sign_b < 0 ? y * -8 : y * 8) << 16); /* +- y * 2^19 */
  const int32_t scaled = thimble_sum_avr_scale(x, (uint32_t)p->multiplier_a, (uint8_t)p->shift_a);
  return thimble_avr_finish(p->sign_a < 0 ? half - scaled : half + scaled, p->multiplier_output,
                            (uint8_t)p->shift_output, (int16_t)p->output_offset, (int8_t)p->output_min,
                            (int8_t)p->output_max);
}

THIMBLE_KERNEL void thimble_sum_avr(const thimble_sum_avr_params* p, const int8_t* a, const int8_t* b, int8_t* output) {
  THIMBLE_AVR_EACH_PAIR(&p->pairs, a, b, (int16_t)p->offset_a, (int16_t)p->offset_b, output,
                        thimble_sum_avr_element(p, x, y))
}
