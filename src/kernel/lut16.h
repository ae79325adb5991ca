/* A function of 16-bit integers as a table of 513 samples, 128 apart, and a line between neighbours. */
#ifndef THIMBLE_LUT16_H
#define THIMBLE_LUT16_H

#include <stdint.h>

#include "kernel/flash.h"

/* table [513]: samples at -32768, -32640, ... 32640, and one at the end. */
static inline int16_t thimble_lut16(int16_t x, const THIMBLE_FLASH int16_t* table) {
  const int32_t index = 256 + (x >> 7);
  const int32_t slope = (int16_t)(table[index + 1] - table[index]);
  return (int16_t)(table[index] + ((slope * (x & 127) + 64) >> 7));
}

#endif
