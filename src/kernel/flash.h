/* Constants of 8-bit AVRs lie in flash, which is an address space of its own there. */
#ifndef THIMBLE_FLASH_H
#define THIMBLE_FLASH_H

/* Qualifies what a pointer to constants points to. */
#if defined(__AVR__) && defined(__FLASH)
#define THIMBLE_FLASH __flash
#else
#define THIMBLE_FLASH
#endif

#endif
