/* Hybrid operators: float activations, quantized on the fly to 8 bits, times 8-bit weights. */
#ifndef THIMBLE_HYBRID_H
#define THIMBLE_HYBRID_H

#include "kernel/fixed_point.h"
#include "kernel/float_round.h"

/* x is about scale * (q - offset), and q about x * inverse + offset. */
typedef struct {
  float scale;
  int32_t offset;
  float inverse;
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

/* For q in [-127, 127], with offset 0. */
static inline thimble_hybrid_row thimble_hybrid_symmetric(thimble_hybrid_range range) {
  const float most = -range.min > range.max ? -range.min : range.max;
  const thimble_hybrid_row row = {most > 0.0f ? most / 127.0f : 1.0f, 0, most > 0.0f ? 127.0f / most : 0.0f};
  return row;
}

/* The 8-bit integer that stands for 0: the range's end that loses less decides, in double precision as in TFLite. */
static inline int32_t thimble_hybrid_offset(double min, double max, double scale) {
  const double from_min = -128.0 - min / scale;
  const double from_max = 127.0 - max / scale;
  const double offset = 128.0 - min / scale < 127.0 + max / scale ? from_min : from_max;
  return thimble_clamp(offset <= -128.0 ? -128 : offset >= 127.0 ? 127 : thimble_round((float)offset), -128, 127);
}

/* For q in [-128, 127]. */
static inline thimble_hybrid_row thimble_hybrid_asymmetric(thimble_hybrid_range range) {
  const double scale = ((double)range.max - (double)range.min) / 255.0;
  thimble_hybrid_row row = {1.0f, 0, 0.0f};
  if (scale > 0.0) {
    row.scale = (float)scale;
    row.offset = thimble_hybrid_offset((double)range.min, (double)range.max, scale);
    row.inverse = 1.0f / row.scale;
  }
  return row;
}

static inline int8_t thimble_hybrid_quantized(float x, const thimble_hybrid_row* row, int32_t low) {
  return (int8_t)thimble_clamp(thimble_round((float)row->offset + x * row->inverse), low, 127);
}

/* Quantizes `count` values into q. */
static inline thimble_hybrid_row thimble_hybrid_quantize(const float* x, int32_t count, int32_t asymmetric, int8_t* q) {
  const thimble_hybrid_range range = thimble_hybrid_range_of(x, count);
  const thimble_hybrid_row row = asymmetric ? thimble_hybrid_asymmetric(range) : thimble_hybrid_symmetric(range);
  for (int32_t i = 0; i < count; ++i) q[i] = thimble_hybrid_quantized(x[i], &row, asymmetric ? -128 : -127);
  return row;
}

static inline float thimble_hybrid_activation(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}

#endif
