/* RISC-V: from the first instructions in entry.S to main, and what happens on a fault. */
#include "../board.h"
#include "../memory.h"

void board_reset(void);
void board_fault(uint32_t address, uint32_t return_address, uint32_t cause, uint32_t value);

void board_reset(void) {
  memory_start();
  uart_start();
  board_exit(main());
}

void board_fault(uint32_t address, uint32_t return_address, uint32_t cause, uint32_t value) {
  fault_exit(address, return_address, cause, value);
}
