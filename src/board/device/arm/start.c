/* Cortex-M: from reset to main, and what happens on a fault. */
#include "../board.h"

/* firmware.ld */
extern uint32_t board_data_start[], board_data_end[], model_data_start[], model_data_end[], bss_start[], bss_end[];
extern const uint32_t board_data_load[], model_data_load[];
extern uint32_t ram_start[], stack_top[];

#define CPACR (*(volatile uint32_t*)0xE000ED88u) /* coprocessor access */
#define CCR (*(volatile uint32_t*)0xE000ED14u)   /* configuration and control */
#define CFSR (*(volatile uint32_t*)0xE000ED28u)  /* what the fault was; reads as 0 on ARMv6-M */
#define BFAR (*(volatile uint32_t*)0xE000ED38u)  /* the address that a bus fault was about */

void board_reset(void);
void board_fault(const uint32_t* frame);

static void copy(uint32_t* to, const uint32_t* end, const uint32_t* from) {
  while (to < end) *to++ = *from++;
}

void board_reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  CPACR |= 0xFu << 20; /* full access to the FPU */
  __asm volatile("dsb\n\tisb" ::: "memory");
#endif
#if defined(__ARM_FEATURE_LOB)
  CCR |= 3u << 18; /* ARMv8.1-M: low-overhead loops and the branch cache */
#endif
  copy(board_data_start, board_data_end, board_data_load);
  copy(model_data_start, model_data_end, model_data_load);
  for (uint32_t* to = bss_start; to < bss_end;) *to++ = 0;
  uart_start();
  board_exit(main());
}

/* Writes the file "fault": program counter, return address, fault status, address, as 32-bit words. */
void board_fault(const uint32_t* frame) {
  uint32_t words[4] = {0, 0, CFSR, BFAR};
  if (frame >= ram_start && frame + 8 <= stack_top) {
    words[0] = frame[6];
    words[1] = frame[5];
  }
  const intptr_t file = file_open("fault", FILE_WRITE);
  if (file >= 0) {
    file_write(file, words, sizeof words);
    file_close(file);
  }
  board_exit(EXIT_FAULT);
}
