/* What the start-up of every family has in common. */
#ifndef THIMBLE_DEVICE_MEMORY_H
#define THIMBLE_DEVICE_MEMORY_H

#include <stdint.h>

/* Gives the static variables their first values. */
void memory_start(void);

/* Writes the file "fault", four little-endian 32-bit words, and ends the run with EXIT_FAULT. `address` is that of the
   instruction, `status` and `value` are the processor's words on what was wrong. */
void fault_exit(uint32_t address, uint32_t return_address, uint32_t status, uint32_t value) __attribute__((noreturn));

#endif
