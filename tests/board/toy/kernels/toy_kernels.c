#include "kernels/toy_kernels.h"

#include "toy.h"

#define TEXT(x) #x
#define VALUE(x) TEXT(x)

/* A whole function in assembler, so that the test knows every instruction of it. */
#if defined(__arm__)
__asm(
    ".pushsection .text.toy_spin, \"ax\"\n"
    ".syntax unified\n"
    ".thumb_func\n"
    ".balign 4\n"
    ".global toy_spin\n"
    ".type toy_spin, %function\n"
    "toy_spin:\n"
    "  ldr r0, 2f\n"
    "1: subs r0, #1\n"
    "  bne 1b\n"
    "  bx lr\n"
    ".balign 4\n"
    "2: .word " VALUE(TOY_LOOP) "\n"
    ".size toy_spin, . - toy_spin\n"
    ".popsection\n");
#elif defined(__AVR__)
__asm(
    ".pushsection .text.toy_spin, \"ax\"\n"
    ".global toy_spin\n"
    ".type toy_spin, @function\n"
    "toy_spin:\n"
    "  ldi r24, lo8(" VALUE(TOY_LOOP) ")\n"
    "  ldi r25, hi8(" VALUE(TOY_LOOP) ")\n"
    "1: sbiw r24, 1\n"
    "  brne 1b\n"
    "  ret\n"
    ".size toy_spin, . - toy_spin\n"
    ".popsection\n");
#else
__asm(
    ".pushsection .text.toy_spin, \"ax\"\n"
    ".balign 4\n"
    ".global toy_spin\n"
    ".type toy_spin, @function\n"
    "toy_spin:\n"
    "  lui a0, " VALUE(TOY_LOOP) " >> 12\n" /* TOY_LOOP: a multiple of 4096 */
    "1: addi a0, a0, -1\n"
    "  bnez a0, 1b\n"
    "  ret\n"
    ".size toy_spin, . - toy_spin\n"
    ".popsection\n");
#endif

int32_t toy_use_stack(int32_t value) {
  volatile uint8_t bytes[TOY_STACK];
  int32_t sum = 0;
  for (int32_t i = 0; i < TOY_STACK; ++i) bytes[i] = (uint8_t)value;
  for (int32_t i = 0; i < TOY_STACK; ++i) sum += bytes[i];
  return sum;
}

int32_t toy_dot(const int8_t* a, const int8_t* b) {
  int32_t sum = 0;
  for (int32_t i = 0; i < 16; ++i) sum += a[i] * b[i];
  return sum;
}

void toy_fault(void) {
#if defined(__AVR__)
  __asm volatile(".word 0x0001"); /* no instruction */
#else
  __builtin_trap();
#endif
}
