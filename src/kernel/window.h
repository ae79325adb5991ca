/* The geometry of operators that slide a window over an image: convolutions and pooling. */
#ifndef THIMBLE_WINDOW_H
#define THIMBLE_WINDOW_H

#include <stdint.h>

/* Input [batches][input_h][input_w][input_c], output [batches][output_h][output_w][output_c]. Output pixel (y, x) sees
 * the input rows y * stride_h - pad_top + i * dilation_h for i in [0, filter_h), and columns likewise; those outside
 * the image do not count. */
typedef struct {
  int32_t batches;
  int32_t input_h, input_w, input_c;
  int32_t filter_h, filter_w;
  int32_t output_h, output_w, output_c;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
} thimble_window;

/* A range of window rows or columns that lie inside the image. */
typedef struct {
  int32_t first; /* the first tap inside */
  int32_t last;  /* one past the last tap inside */
} thimble_taps;

/* Which of the `filter` taps of the window at `origin` (in input coordinates, maybe negative) lie in [0, size). */
static inline thimble_taps thimble_taps_inside(int32_t origin, int32_t filter, int32_t dilation, int32_t size) {
  thimble_taps taps;
  taps.first = origin < 0 ? (-origin + dilation - 1) / dilation : 0;
  taps.last = origin >= size ? 0 : (size - origin + dilation - 1) / dilation;
  if (taps.last > filter) taps.last = filter;
  if (taps.first > taps.last) taps.first = taps.last;
  return taps;
}

#endif
