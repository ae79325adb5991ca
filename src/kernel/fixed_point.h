/* Fixed-point multiplication with the rounding of TFLite's reference kernels (and so of TFLM). */
#ifndef THIMBLE_FIXED_POINT_H
#define THIMBLE_FIXED_POINT_H

#include <stdint.h>

#include "kernel/flash.h"

/* A real factor as multiplier * 2^(shift - 31): multiplier in [2^30, 2^31) or 0, shift in [-31, 30]. */
typedef struct {
  int32_t multiplier;
  int32_t shift;
} thimble_requant;

THIMBLE_FLASH_READER thimble_requant thimble_requant_at(const THIMBLE_FLASH thimble_requant* requants, int32_t index) {
  return requants[index];
}

/* 32-bit arithmetic that wraps around, without C's undefined overflow: bad models must not crash, nor differ by target.
 */
static inline int32_t thimble_wrap_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
static inline int32_t thimble_wrap_sub(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
static inline int32_t thimble_wrap_mul(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b); }
static inline int32_t thimble_wrap_shl(int32_t a, int bits) { return (int32_t)((uint32_t)a << bits); }

static inline int64_t thimble_wrap_add_64(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static inline int64_t thimble_wrap_mul_64(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }

static inline int32_t thimble_clamp(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

/* thimble_high_mul by four products of 16 bits, for CPUs to which 64-bit numbers are many calls. */
#if defined(__AVR__)
static __attribute__((noinline, unused))
#else
static inline
#endif
int32_t
thimble_high_mul_by_parts(int32_t a, int32_t b) {
  const uint16_t a_low = (uint16_t)a, a_high = (uint16_t)((uint32_t)a >> 16);
  const uint16_t b_low = (uint16_t)b, b_high = (uint16_t)((uint32_t)b >> 16);
  const uint32_t first = (uint32_t)a_low * b_high + (uint16_t)((uint32_t)a_low * b_low >> 16);
  const uint32_t second = (uint32_t)a_high * b_low + (uint16_t)first;
  uint32_t high = (uint32_t)a_high * b_high + (uint16_t)(first >> 16) + (uint16_t)(second >> 16);
  const uint8_t below = (uint8_t)((uint16_t)second >> 14); /* the product's bits 30 and 31 */
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  if (a < 0) high -= (uint32_t)b; /* a was taken for a + 2^32 */
  if (b < 0) high -= (uint32_t)a;
  return (int32_t)(high << 1) + (int32_t)((below + 1u) >> 1);
}

/* round(a * b / 2^31), ties towards positive infinity: gemmlowp's SaturatingRoundingDoublingHighMul. Saturates for
 * a = b = -2^31. */
static inline int32_t thimble_high_mul(int32_t a, int32_t b) {
#if defined(__AVR__)
  return thimble_high_mul_by_parts(a, b);
#else
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
#endif
}

/* round(x / 2^bits), ties away from zero; bits in [0, 31]. gemmlowp's RoundingDivideByPOT. */
static inline int32_t thimble_rounding_shift(int32_t x, int bits) {
  const int32_t mask = (int32_t)((UINT32_C(1) << bits) - 1u);
  const int32_t remainder = x & mask;
  const int32_t threshold = (int32_t)((uint32_t)mask >> 1) + (x < 0);
  return (x >> bits) + (remainder > threshold);
}

/* x * factor, rounded twice as TFLite's MultiplyByQuantizedMultiplier does for 32-bit accumulators. */
static inline int32_t thimble_multiply(int32_t x, int32_t multiplier, int32_t shift) {
  const int left = shift > 0 ? shift : 0;
  const int right = shift > 0 ? 0 : -shift;
  return thimble_rounding_shift(thimble_high_mul(thimble_wrap_shl(x, left), multiplier), right);
}

/* x * factor, rounded once: how LiteRT's optimized kernels (ruy) do it, and TFLM if built with TFLITE_SINGLE_ROUNDING.
 */
static inline int32_t thimble_multiply_once(int32_t x, int32_t multiplier, int32_t shift) {
  const int total = 31 - shift;
  return (int32_t)(((int64_t)x * multiplier + ((int64_t)1 << (total - 1))) >> total);
}

/* x * factor, rounded once, for the 48-bit accumulators of 16-bit activations: the multiplier is reduced to 16 bits.
 * shift in [-31, 7]. */
static inline int32_t thimble_multiply_64(int64_t x, int32_t multiplier, int32_t shift) {
  const int32_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (INT32_C(1) << 15)) >> 16 : 0x7FFF;
  const int total = 15 - shift;
  const int64_t product = thimble_wrap_mul_64(x, reduced);
  return (int32_t)(thimble_wrap_add_64(product, (int64_t)1 << (total - 1)) >> total);
}

#endif
