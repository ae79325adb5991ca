#include "ops/conv_2d/conv_2d_dsp_kernel.h"

THIMBLE_DSP_CALLED int8_t* thimble_conv_2d_dsp_copy(int8_t* to, const int8_t* from, int32_t count) {
  for (; count >= 4; count -= 4, to += 4, from += 4) memcpy(to, from, 4);
  for (; count > 0; --count) *to++ = *from++;
  return to;
}

THIMBLE_DSP_CALLED int8_t* thimble_conv_2d_dsp_fill(int8_t* to, int32_t value, int32_t count) {
  for (; count > 0; --count) *to++ = (int8_t)value;
  return to;
}

/* Row y, if it is among the last rows of the ring. */
static inline const int8_t* thimble_conv_2d_dsp_row(const thimble_conv_2d_dsp_params* p, const int8_t* ring,
                                                    int32_t y) {
  return ring + y % p->ring_rows * (p->window.input_w * p->window.input_c);
}

/* Copies the window at (top, left) to `bytes`, the padding with it. */
THIMBLE_DSP_CALLED void thimble_conv_2d_dsp_gather(const thimble_conv_2d_dsp_params* p, const int8_t* ring, int32_t top,
                                                   int32_t left, int8_t* bytes) {
  const thimble_window* w = &p->window;
  const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
  /* Taps that are neighbours in the image too are copied at once. */
  const int32_t run = w->dilation_w == 1 ? columns.last - columns.first : 1;
  for (int32_t i = 0; i < w->filter_h; ++i) {
    const int32_t y = top + i * w->dilation_h;
    if (y < 0 || y >= w->input_h) {
      bytes = thimble_conv_2d_dsp_fill(bytes, p->input_zero_point, w->filter_w * w->input_c);
      continue;
    }
    bytes = thimble_conv_2d_dsp_fill(bytes, p->input_zero_point, columns.first * w->input_c);
    for (int32_t j = columns.first; j < columns.last; j += run) {
      const int8_t* pixel = thimble_conv_2d_dsp_row(p, ring, y) + (left + j * w->dilation_w) * w->input_c;
      bytes = thimble_conv_2d_dsp_copy(bytes, pixel, run * w->input_c);
    }
    bytes = thimble_conv_2d_dsp_fill(bytes, p->input_zero_point, (w->filter_w - columns.last) * w->input_c);
  }
}

/* Widens the window at (top, left) into column `which`. `bytes`: 4 * quads bytes of scratch. */
static inline void thimble_conv_2d_dsp_column(const thimble_conv_2d_dsp_params* p, const int8_t* ring, int32_t top,
                                              int32_t left, int8_t* bytes, uint32_t* columns, int32_t which) {
  const thimble_window* w = &p->window;
  const int32_t row_bytes = w->filter_w * w->input_c;
  const int inside = top >= 0 && top + w->filter_h <= w->input_h && left >= 0 && left + w->filter_w <= w->input_w;
  if (inside && p->whole_quads) {
    for (int32_t i = 0; i < w->filter_h; ++i, columns += THIMBLE_DSP_QUAD_WORDS * (row_bytes / 4)) {
      thimble_dsp_widen(thimble_conv_2d_dsp_row(p, ring, top + i) + left * w->input_c, row_bytes / 4, columns, which);
    }
    return;
  }
  if (inside && w->dilation_h == 1 && w->dilation_w == 1) {
    int8_t* to = bytes;
    for (int32_t i = 0; i < w->filter_h; ++i) {
      to = thimble_conv_2d_dsp_copy(to, thimble_conv_2d_dsp_row(p, ring, top + i) + left * w->input_c, row_bytes);
    }
  } else {
    thimble_conv_2d_dsp_gather(p, ring, top, left, bytes);
  }
  thimble_dsp_widen(bytes, p->quads, columns, which);
}

/* All channels of one pixel, whose window is the first in `columns`. */
THIMBLE_DSP_CALLED void thimble_conv_2d_dsp_pixel(const thimble_conv_2d_dsp_params* p, const uint32_t* columns,
                                                  const int8_t* filter, const thimble_dsp_channel* channel,
                                                  int8_t* output) {
  const int32_t quads = p->quads;
  for (int8_t* const end = output + p->window.output_c; output < end; ++channel) {
    int32_t sum;
    filter = thimble_dsp_dot_1(filter, columns, quads, channel->bias, &sum);
    *output++ = (int8_t)thimble_clamp(thimble_dsp_requantize(sum * 2, *channel), p->output_min, p->output_max);
  }
}

/* All channels of `count` pixels, 1 to 4, whose windows are in `columns`. */
THIMBLE_DSP_CALLED void thimble_conv_2d_dsp_pixels(const thimble_conv_2d_dsp_params* p, const uint32_t* columns,
                                                   const int8_t* filter, const thimble_dsp_channel* channel,
                                                   int32_t count, int8_t* output) {
  if (count == 1) {
    thimble_conv_2d_dsp_pixel(p, columns, filter, channel, output);
    return;
  }
  int32_t narrow = p->narrow;
  THIMBLE_DSP_IN_REGISTER(narrow);
  const int32_t depth = p->window.output_c, quads = p->quads;
  /* Pixels beyond `count` are written where pixel 0 goes, and before it. */
  const int32_t at_2 = count > 2 ? 2 * depth : 0, at_3 = count > 3 ? 3 * depth : 0;
  for (int8_t* const end = output + depth; output < end; ++output, ++channel) {
    int32_t values[4];
    filter = thimble_dsp_dot_4(filter, columns, quads, channel->bias, values);
    thimble_dsp_requantize_4(values, channel);
    if (narrow) thimble_dsp_clamp_4(values, p->output_min, p->output_max);
    THIMBLE_DSP_IN_REGISTER(output);
    output[at_3] = (int8_t)values[3];
    output[at_2] = (int8_t)values[2];
    output[depth] = (int8_t)values[1];
    output[0] = (int8_t)values[0];
  }
}

THIMBLE_SHARED_KERNEL void thimble_conv_2d_dsp(const thimble_conv_2d_dsp_params* p, const int8_t* input,
                                               const int8_t* filter, const thimble_dsp_channel* channels,
                                               uint32_t* columns, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_bytes = w->input_w * w->input_c;
  int8_t* const bytes = (int8_t*)(columns + THIMBLE_DSP_QUAD_WORDS * p->quads);
  int8_t* const copies = bytes + 4 * p->quads;
  int32_t filled = 0;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * row_bytes) {
    int32_t copied = p->ring_rows < w->input_h ? 0 : w->input_h;
    const int8_t* const ring = copied == 0 ? copies : input;
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      for (; copied < w->input_h && copied < top + w->filter_h; ++copied) {
        thimble_conv_2d_dsp_copy(copies + copied % p->ring_rows * row_bytes, input + copied * row_bytes, row_bytes);
      }
      for (int32_t x = 0; x < w->output_w; ++x) {
        thimble_conv_2d_dsp_column(p, ring, top, x * w->stride_w - w->pad_left, bytes, columns, filled);
        if (++filled < 4) continue;
        thimble_conv_2d_dsp_pixels(p, columns, filter, channels, filled, output);
        output += 4 * w->output_c;
        filled = 0;
      }
    }
  }
  if (filled > 0) thimble_conv_2d_dsp_pixels(p, columns, filter, channels, filled, output);
}
