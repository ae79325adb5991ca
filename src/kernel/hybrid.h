/* Hybrid operators: float activations, quantized on the fly to 8 bits, times 8-bit weights. */
#ifndef THIMBLE_HYBRID_H
#define THIMBLE_HYBRID_H

#include "kernel/fixed_point.h"
#include "kernel/float_round.h"

/* x is about scale * (q - offset). */
typedef struct {
  float scale;
  int32_t offset;
} thimble_hybrid_row;

/* The least and greatest of the values and 0. */
typedef struct {
  float min, max;
} thimble_hybrid_range;

static inline thimble_hybrid_range thimble_hybrid_range_of(const float* x, int32_t count) {
  thimble_hybrid_range range = {0.0f, 0.0f};
  for (int32_t i = 0; i < count; ++i) {
    if (x[i] < range.min) range.min = x[i];
    if (x[i] > range.max) range.max = x[i];
  }
  return range;
}

/* q in [-127, 127] with offset 0. */
static inline thimble_hybrid_row thimble_hybrid_symmetric(const float* x, int32_t count, int8_t* q) {
  const thimble_hybrid_range range = thimble_hybrid_range_of(x, count);
  const float most = -range.min > range.max ? -range.min : range.max;
  const float inverse = most > 0.0f ? 127.0f / most : 0.0f;
  const thimble_hybrid_row result = {most > 0.0f ? most / 127.0f : 1.0f, 0};
  for (int32_t i = 0; i < count; ++i) q[i] = (int8_t)thimble_clamp(thimble_round(x[i] * inverse), -127, 127);
  return result;
}

/* The 8-bit integer that stands for 0: the range's end that loses less decides, in double precision as in TFLite. */
static inline int32_t thimble_hybrid_offset(double min, double max, double scale) {
  const double from_min = -128.0 - min / scale;
  const double from_max = 127.0 - max / scale;
  const double offset = 128.0 - min / scale < 127.0 + max / scale ? from_min : from_max;
  return thimble_clamp(offset <= -128.0 ? -128 : offset >= 127.0 ? 127 : thimble_round((float)offset), -128, 127);
}

/* q in [-128, 127]. */
static inline thimble_hybrid_row thimble_hybrid_asymmetric(const float* x, int32_t count, int8_t* q) {
  const thimble_hybrid_range range = thimble_hybrid_range_of(x, count);
  const double scale = ((double)range.max - (double)range.min) / 255.0;
  thimble_hybrid_row result = {1.0f, 0};
  float inverse = 0.0f;
  if (scale > 0.0) {
    result.scale = (float)scale;
    result.offset = thimble_hybrid_offset((double)range.min, (double)range.max, scale);
    inverse = 1.0f / result.scale;
  }
  for (int32_t i = 0; i < count; ++i) {
    q[i] = (int8_t)thimble_clamp(thimble_round((float)result.offset + x[i] * inverse), -128, 127);
  }
  return result;
}

/* Quantizes `count` values into q. */
static inline thimble_hybrid_row thimble_hybrid_quantize(const float* x, int32_t count, int32_t asymmetric, int8_t* q) {
  return asymmetric ? thimble_hybrid_asymmetric(x, count, q) : thimble_hybrid_symmetric(x, count, q);
}

static inline float thimble_hybrid_activation(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}

#endif
