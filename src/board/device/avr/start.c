/* AVR: from entry.S, when all variables have their first values, to main. */
#include "../board.h"

void board_start(void) __attribute__((noreturn));

void board_start(void) {
  uart_start();
  board_exit(main());
}
