#include "kernel/conv_fpu.h"

/* All channels of four pixels that are neighbours in a row of the output, and whose windows lie in rows `rows` of the
 * filter; `input` is where the first one's begins. */
THIMBLE_FPU_CALLED void thimble_conv_fpu_pixels(const thimble_conv_fpu_params* p, const float* input, thimble_taps rows,
                                                const float* filter, const float* bias, float* output) {
  const thimble_window* w = &p->window;
  const int32_t run = w->filter_w * w->input_c, row_step = w->dilation_h * w->input_w * w->input_c;
  for (int32_t left = w->output_c; left > 0; left -= 4, bias += 4, output += 4) {
    float sums[16];
    const float* start = thimble_fpu_zeros;
    const float *weights = filter + rows.first * run * 4, *x = input + rows.first * row_step;
    for (int32_t i = rows.first; i < rows.last; ++i, x += row_step) {
      weights = thimble_fpu_dot_4(weights, x, w->stride_w * w->input_c, run, start, sums);
      start = sums;
    }
    filter += w->filter_h * run * 4;
    for (int32_t i = 0; i < 4; ++i) {
      thimble_fpu_finish(&p->range, start + 4 * i, bias, left < 4 ? left : 4, output + i * w->output_c);
    }
  }
}

/* The same for one pixel, whose window may be cut off at the left and right, too: to its columns `columns`, of which
 * there is one at least. */
THIMBLE_FPU_CALLED void thimble_conv_fpu_pixel(const thimble_conv_fpu_params* p, const float* input, thimble_taps rows,
                                               thimble_taps columns, const float* filter, const float* bias,
                                               float* output) {
  const thimble_window* w = &p->window;
  const int32_t run = w->filter_w * w->input_c, row_step = w->dilation_h * w->input_w * w->input_c;
  const int32_t first = columns.first * w->input_c, count = (columns.last - columns.first) * w->input_c;
  for (int32_t left = w->output_c; left > 0; left -= 4, bias += 4, output += 4, filter += w->filter_h * run * 4) {
    float sums[4];
    const float* start = thimble_fpu_zeros;
    for (int32_t i = rows.first; i < rows.last && count > 0; ++i) {
      thimble_fpu_dot_1(filter + (i * run + first) * 4, input + i * row_step + first, count, start, sums);
      start = sums;
    }
    thimble_fpu_finish(&p->range, start, bias, left < 4 ? left : 4, output);
  }
}

THIMBLE_SHARED_KERNEL void thimble_conv_fpu(const thimble_conv_fpu_params* p, const float* input, const float* filter,
                                            const float* bias, float* output) {
  const thimble_window* w = &p->window;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      for (int32_t x = 0; x < w->output_w;) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const float* first = input + (top * w->input_w + left) * w->input_c;
        if (left >= 0 && x + 4 <= w->output_w && left + 3 * w->stride_w + w->filter_w <= w->input_w) {
          thimble_conv_fpu_pixels(p, first, rows, filter, bias, output);
          x += 4, output += 4 * w->output_c;
        } else {
          const thimble_taps columns = thimble_taps_inside(left, w->filter_w, 1, w->input_w);
          thimble_conv_fpu_pixel(p, first, rows, columns, filter, bias, output);
          ++x, output += w->output_c;
        }
      }
    }
  }
}
