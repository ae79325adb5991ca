/* USART 0 of an AVR at 16 MHz. */
#include <avr/io.h>

#include "board.h"

enum { BAUD_250000 = 3 }; /* 16 MHz / (16 * 4): without error */

void uart_start(void) {
  UBRR0 = BAUD_250000;
  UCSR0B = 1 << TXEN0;
}

void uart_put(char character) {
  while ((UCSR0A & 1 << UDRE0) == 0) {
  }
  UDR0 = (uint8_t)character;
}
