/* Constants of 8-bit AVRs lie in flash, which is an address space of its own there. */
#ifndef THIMBLE_FLASH_H
#define THIMBLE_FLASH_H

/* Qualifies what a pointer to constants points to. */
#if defined(__AVR__) && defined(__FLASH)
#define THIMBLE_FLASH __flash
#else
#define THIMBLE_FLASH
#endif

/* The same for weights. Generated code defines THIMBLE_FAR_WEIGHTS where a model has more constants than the 64 kB that
 * pointers of 16 bits reach: theirs have 24 bits then, and lead anywhere in flash. */
#if defined(THIMBLE_FAR_WEIGHTS) && defined(__AVR_HAVE_ELPM__) && defined(__MEMX)
#define THIMBLE_FAR __memx
#define THIMBLE_FAR_READS 1
#else
#define THIMBLE_FAR THIMBLE_FLASH
#endif

/* A function that reads a struct from flash. avr-gcc (5.4) takes its members for ones in RAM where a loop walks over an
 * array of structs: there it must not see the loop. */
#if defined(__AVR__)
#define THIMBLE_FLASH_READER static __attribute__((noinline, unused))
#else
#define THIMBLE_FLASH_READER static inline
#endif

#endif
