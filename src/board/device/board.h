/* What the parts of a firmware that are not the model's give each other. No heap, no library function: whatever of
   libc, libm or libgcc is in a harness firmware is there for the model's sake, and is counted as its code. */
#ifndef THIMBLE_DEVICE_BOARD_H
#define THIMBLE_DEVICE_BOARD_H

#include <stdint.h>

/* uart_*.c: the board's serial port, sending only. UART_BASE is given on the command line of the compiler. */
void uart_start(void);
void uart_put(char character);

/* entry.S: a request to the debugger or the emulator (Arm's semihosting interface, which RISC-V shares).
   `block` is the request's argument block, or its only argument. */
intptr_t semihosting_call(intptr_t operation, const void* block);

/* semihosting.c */
enum { FILE_READ = 1, FILE_WRITE = 5 };                            /* fopen's "rb" and "wb" */
intptr_t file_open(const char* name, int mode);                    /* a handle, or -1 */
uint32_t file_read(intptr_t file, void* bytes, uint32_t count);    /* bytes that were read */
void file_write(intptr_t file, const void* bytes, uint32_t count); /* ends the run when it fails */
void file_close(intptr_t file);
void board_exit(int code) __attribute__((noreturn)); /* emulator.cpp knows these codes: */
enum { EXIT_DONE = 0, EXIT_FILE = 10, EXIT_STACK = 11, EXIT_FAULT = 12, EXIT_INPUT = 13 };

/* The application (harness.c or demo_main.c). What it returns becomes the exit code. */
int main(void);

#endif
