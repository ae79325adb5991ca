#include "memory.h"

#include "board.h"

/* firmware.ld */
extern uint32_t board_data_start[], board_data_end[], model_data_start[], model_data_end[], bss_start[], bss_end[];
extern const uint32_t board_data_load[], model_data_load[];

static void copy(uint32_t* to, const uint32_t* end, const uint32_t* from) {
  while (to < end) *to++ = *from++;
}

void memory_start(void) {
  copy(board_data_start, board_data_end, board_data_load);
  copy(model_data_start, model_data_end, model_data_load);
  for (uint32_t* to = bss_start; to < bss_end;) *to++ = 0;
}

void fault_exit(uint32_t address, uint32_t return_address, uint32_t status, uint32_t value) {
  const uint32_t words[4] = {address, return_address, status, value};
  const intptr_t file = file_open("fault", FILE_WRITE);
  if (file >= 0) {
    file_write(file, words, sizeof words);
    file_close(file);
  }
  board_exit(EXIT_FAULT);
}
