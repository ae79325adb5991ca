/* The UART of Nordic's nRF51, as on the BBC micro:bit. */
#include "board.h"

#define REGISTER(offset) (*(volatile uint32_t*)(UART_BASE + (offset)))
#define TASK_START_SEND REGISTER(0x008)
#define EVENT_SENT REGISTER(0x11C)
#define ENABLE REGISTER(0x500)
#define PIN_SEND REGISTER(0x50C)
#define SEND REGISTER(0x51C)
#define BAUD_RATE REGISTER(0x524)
enum { ENABLED = 4, PIN_OF_USB_SERIAL = 24, BAUD_115200 = 0x01D7E000 };

void uart_start(void) {
  PIN_SEND = PIN_OF_USB_SERIAL;
  BAUD_RATE = BAUD_115200;
  ENABLE = ENABLED;
  TASK_START_SEND = 1;
}

void uart_put(char character) {
  EVENT_SENT = 0;
  SEND = (uint8_t)character;
  while (EVENT_SENT == 0) {
  }
}
