/* The logistic function and tanh of 16-bit integers, to the bits of TFLite's reference kernels. */
#ifndef THIMBLE_SIGMOID16_H
#define THIMBLE_SIGMOID16_H

#include <stdint.h>

#include "kernel/flash.h"

/* A scale in front of the functions: x * multiplier / 2^shift, rounded up at half; |x * multiplier| < 2^31. They take
 * arguments at a scale of 1 / (3 * 4096). */
static inline int32_t thimble_sigmoid16_scale(int16_t x, int32_t multiplier, int32_t shift) {
  const int32_t half = shift > 0 ? (int32_t)(UINT32_C(1) << (shift - 1)) : 0;
  return (x * multiplier + half) >> shift;
}

/* table [256]: 1 / (1 + exp(-i / 24)), Q0.16, from which both functions are interpolated. The result has scale 2^-15.
 */
static inline int16_t thimble_sigmoid16(int32_t x, const THIMBLE_FLASH uint16_t* table) {
  const uint32_t magnitude = x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
  const uint32_t index = magnitude >> 9;
  uint32_t y = UINT32_C(0x7FFF) << 10;
  if (index < 255) y = ((uint32_t)table[index] << 9) + (magnitude & 511u) * (uint32_t)(table[index + 1] - table[index]);
  y = x < 0 ? (UINT32_C(1) << 25) - y + (1u << 9) - 1u : y + (1u << 9);
  return (int16_t)(y >> 10);
}

/* tanh(x) = 2 / (1 + exp(-2 x)) - 1. */
static inline int16_t thimble_tanh16(int32_t x, const THIMBLE_FLASH uint16_t* table) {
  const uint32_t magnitude = x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
  const uint32_t index = magnitude >> 8;
  int32_t y = INT32_C(0xFFFF) << 8;
  if (index < 255) {
    y = (int32_t)(((uint32_t)table[index] << 8) + (magnitude & 255u) * (uint32_t)(table[index + 1] - table[index]));
  }
  y = x < 0 ? -y + (INT32_C(1) << 23) + (1 << 7) - 1 : y - (INT32_C(1) << 23) + (1 << 7);
  return (int16_t)(y >> 8);
}

#endif
