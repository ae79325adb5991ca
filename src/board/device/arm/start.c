/* Cortex-M: from reset to main, and what happens on a fault. */
#include "../board.h"
#include "../memory.h"

extern uint32_t ram_start[], stack_top[]; /* firmware.ld */

#define CPACR (*(volatile uint32_t*)0xE000ED88u) /* coprocessor access */
#define CCR (*(volatile uint32_t*)0xE000ED14u)   /* configuration and control */
#define CFSR (*(volatile uint32_t*)0xE000ED28u)  /* what the fault was; reads as 0 on ARMv6-M */
#define BFAR (*(volatile uint32_t*)0xE000ED38u)  /* the address that a bus fault was about */

void board_reset(void);
void board_fault(const uint32_t* frame);

void board_reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  CPACR |= 0xFu << 20; /* full access to the FPU */
  __asm volatile("dsb\n\tisb" ::: "memory");
#endif
#if defined(__ARM_ARCH_8_1M_MAIN__)
  CCR |= 3u << 18; /* low-overhead loops and the branch cache */
#endif
  memory_start();
  uart_start();
  board_exit(main());
}

/* `frame`: what the core pushed: r0-r3, r12, lr, the address of the instruction, the status register. It is not read
   when the stack had left the RAM. */
void board_fault(const uint32_t* frame) {
  const int readable = frame >= ram_start && frame + 8 <= stack_top;
  fault_exit(readable ? frame[6] : 0, readable ? frame[5] : 0, CFSR, BFAR);
}
