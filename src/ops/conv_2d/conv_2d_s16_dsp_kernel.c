#include "ops/conv_2d/conv_2d_s16_dsp_kernel.h"

THIMBLE_DSP_CALLED int16_t* thimble_conv_2d_s16_dsp_copy(int16_t* to, const int16_t* from, int32_t count) {
#ifndef THIMBLE_DSP_PLAIN
  for (; count >= 2; count -= 2, to += 2, from += 2) memcpy(to, from, 4);
#endif
  for (; count > 0; --count) *to++ = *from++;
  return to;
}

THIMBLE_DSP_CALLED int16_t* thimble_conv_2d_s16_dsp_clear(int16_t* to, int32_t count) {
  for (; count > 0; --count) *to++ = 0;
  return to;
}

/* Row y, if it is among the last rows of the ring. */
static inline const int16_t* thimble_conv_2d_s16_dsp_row(const thimble_conv_2d_s16_dsp_params* p, const int16_t* ring,
                                                         int32_t y) {
  return ring + y % p->ring_rows * (p->window.input_w * p->window.input_c);
}

/* Copies the window at (top, left) to `elements`, the padding with it. */
THIMBLE_DSP_CALLED void thimble_conv_2d_s16_dsp_gather(const thimble_conv_2d_s16_dsp_params* p, const int16_t* ring,
                                                       int32_t top, int32_t left, int16_t* elements) {
  const thimble_window* w = &p->window;
  const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
  /* Taps that are neighbours in the image too are copied at once. */
  const int32_t run = w->dilation_w == 1 ? columns.last - columns.first : 1;
  for (int32_t i = 0; i < w->filter_h; ++i) {
    const int32_t y = top + i * w->dilation_h;
    if (y < 0 || y >= w->input_h) {
      elements = thimble_conv_2d_s16_dsp_clear(elements, w->filter_w * w->input_c);
      continue;
    }
    elements = thimble_conv_2d_s16_dsp_clear(elements, columns.first * w->input_c);
    for (int32_t j = columns.first; j < columns.last; j += run) {
      const int16_t* pixel = thimble_conv_2d_s16_dsp_row(p, ring, y) + (left + j * w->dilation_w) * w->input_c;
      elements = thimble_conv_2d_s16_dsp_copy(elements, pixel, run * w->input_c);
    }
    elements = thimble_conv_2d_s16_dsp_clear(elements, (w->filter_w - columns.last) * w->input_c);
  }
}

/* Lays the window at (top, left) down as column `which`. `elements`: scratch for 4 * quads of them. */
static inline void thimble_conv_2d_s16_dsp_column(const thimble_conv_2d_s16_dsp_params* p, const int16_t* ring,
                                                  int32_t top, int32_t left, int16_t* elements, uint32_t* columns,
                                                  int32_t which) {
  const thimble_window* w = &p->window;
  const int32_t row_quads = w->filter_w * w->input_c / 4;
  const int inside = top >= 0 && top + w->filter_h <= w->input_h && left >= 0 && left + w->filter_w <= w->input_w;
  if (inside && p->whole_quads) {
    for (int32_t i = 0; i < w->filter_h; ++i, columns += THIMBLE_DSP16_QUAD_WORDS * row_quads) {
      thimble_dsp16_lay(thimble_conv_2d_s16_dsp_row(p, ring, top + i) + left * w->input_c, row_quads, columns, which);
    }
    return;
  }
  if (inside && w->dilation_h == 1 && w->dilation_w == 1) {
    int16_t* to = elements;
    for (int32_t i = 0; i < w->filter_h; ++i) {
      const int16_t* const row = thimble_conv_2d_s16_dsp_row(p, ring, top + i) + left * w->input_c;
      to = thimble_conv_2d_s16_dsp_copy(to, row, w->filter_w * w->input_c);
    }
  } else {
    thimble_conv_2d_s16_dsp_gather(p, ring, top, left, elements);
  }
  thimble_dsp16_lay(elements, p->quads, columns, which);
}

/* All channels of `count` pixels, 1 to 4, whose windows are in `columns`. */
THIMBLE_DSP_CALLED void thimble_conv_2d_s16_dsp_pixels(const thimble_conv_2d_s16_dsp_params* p, const uint32_t* columns,
                                                       const int8_t* filter, const thimble_dsp16_channel* channel,
                                                       int32_t count, int16_t* output) {
  const int32_t depth = p->window.output_c, quads = p->quads;
  /* Pixels beyond `count` are written where pixel 0 goes, and before it. */
  const int32_t at_1 = count > 1 ? depth : 0, at_2 = count > 2 ? 2 * depth : 0, at_3 = count > 3 ? 3 * depth : 0;
  for (int16_t* const end = output + depth; output < end; ++output, ++channel) {
    int32_t values[4];
    filter = thimble_dsp16_dot_4(filter, columns, quads, channel->bias, values);
    thimble_dsp16_requantize_4(values, channel, p->positive);
    if (p->narrow) thimble_dsp_clamp_4(values, p->output_min, p->output_max);
    THIMBLE_DSP_IN_REGISTER(output);
    output[at_3] = (int16_t)values[3];
    output[at_2] = (int16_t)values[2];
    output[at_1] = (int16_t)values[1];
    output[0] = (int16_t)values[0];
  }
}

THIMBLE_SHARED_KERNEL void thimble_conv_2d_s16_dsp(const thimble_conv_2d_s16_dsp_params* p, const int16_t* input,
                                                   const int8_t* filter, const thimble_dsp16_channel* channels,
                                                   uint32_t* columns, int16_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_size = w->input_w * w->input_c;
  int16_t* const elements = (int16_t*)(columns + THIMBLE_DSP16_QUAD_WORDS * p->quads);
  int16_t* const copies = elements + 4 * p->quads;
  int32_t filled = 0;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * row_size) {
    int32_t copied = p->ring_rows < w->input_h ? 0 : w->input_h;
    const int16_t* const ring = copied == 0 ? copies : input;
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      for (; copied < w->input_h && copied < top + w->filter_h; ++copied) {
        thimble_conv_2d_s16_dsp_copy(copies + copied % p->ring_rows * row_size, input + copied * row_size, row_size);
      }
      for (int32_t x = 0; x < w->output_w; ++x) {
        thimble_conv_2d_s16_dsp_column(p, ring, top, x * w->stride_w - w->pad_left, elements, columns, filled);
        if (++filled < 4) continue;
        thimble_conv_2d_s16_dsp_pixels(p, columns, filter, channels, filled, output);
        output += 4 * w->output_c;
        filled = 0;
      }
    }
  }
  if (filled > 0) thimble_conv_2d_s16_dsp_pixels(p, columns, filter, channels, filled, output);
}
