/* Files of the host, and the end of the run, through the emulator. */
#include "board.h"

enum { SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
#define APPLICATION_EXIT 0x20026 /* cut to 16 bits on AVR, whose emulator does not look at it */

intptr_t file_open(const char* name, int mode) {
  intptr_t length = 0;
  while (name[length] != 0) ++length;
  const intptr_t block[3] = {(intptr_t)name, mode, length};
  return semihosting_call(SYS_OPEN, block);
}

uint32_t file_read(intptr_t file, void* bytes, uint32_t count) {
  const intptr_t block[3] = {file, (intptr_t)bytes, (intptr_t)count};
  const intptr_t missing = semihosting_call(SYS_READ, block);
  return missing < 0 || (uint32_t)missing > count ? 0 : count - (uint32_t)missing;
}

void file_write(intptr_t file, const void* bytes, uint32_t count) {
  const intptr_t block[3] = {file, (intptr_t)bytes, (intptr_t)count};
  if (semihosting_call(SYS_WRITE, block) != 0) board_exit(EXIT_FILE);
}

void file_close(intptr_t file) {
  const intptr_t block[1] = {file};
  (void)semihosting_call(SYS_CLOSE, block);
}

void board_exit(int code) {
  const intptr_t block[2] = {(intptr_t)APPLICATION_EXIT, code};
  (void)semihosting_call(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}
