/* The UART of Arm's Cortex-M System Design Kit, as on the MPS2 and MPS3 boards. */
#include "board.h"

struct cmsdk_uart {
  volatile uint32_t data, state, control, interrupt, baud_divider;
};
#define UART ((struct cmsdk_uart*)UART_BASE)
enum { STATE_SEND_FULL = 1, CONTROL_SEND = 1, SMALLEST_DIVIDER = 16 };

void uart_start(void) {
  UART->baud_divider = SMALLEST_DIVIDER;
  UART->control = CONTROL_SEND;
}

void uart_put(char character) {
  while ((UART->state & STATE_SEND_FULL) != 0) {
  }
  UART->data = (uint8_t)character;
}
