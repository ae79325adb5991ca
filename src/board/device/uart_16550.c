/* The 16550 UART, as on QEMU's RISC-V virt machine. */
#include "board.h"

#define REGISTER(offset) (*(volatile uint8_t*)(UART_BASE + (offset)))
#define SEND REGISTER(0)
#define LINE_CONTROL REGISTER(3)
#define LINE_STATUS REGISTER(5)
enum { EIGHT_BITS = 3, SEND_EMPTY = 0x20 };

void uart_start(void) { LINE_CONTROL = EIGHT_BITS; }

void uart_put(char character) {
  while ((LINE_STATUS & SEND_EMPTY) == 0) {
  }
  SEND = (uint8_t)character;
}
