#include "ops/average_pool_2d/average_pool_2d_dsp_kernel.h"

static inline int8_t thimble_average_pool_2d_dsp_round(const thimble_average_pool_2d_dsp_params* p, int32_t sum,
                                                       int32_t count) {
  const int32_t half = sum > 0 ? count / 2 : -(count / 2);
  return (int8_t)thimble_clamp((sum + half) / count, p->output_min, p->output_max);
}

THIMBLE_KERNEL void thimble_average_pool_2d_dsp(const thimble_average_pool_2d_dsp_params* p, const int8_t* input,
                                                int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_bytes = w->input_w * w->input_c;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * row_bytes) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, 1, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, 1, w->input_w);
        const int32_t count = (rows.last - rows.first) * (columns.last - columns.first);
        const int8_t* first = input + (top + rows.first) * row_bytes + (left + columns.first) * w->input_c;
        for (int32_t c = 0; c < w->input_c; c += 4, first += 4, output += 4) {
          uint32_t even = 0, odd = 0;
          const int8_t* row = first;
          for (int32_t i = rows.first; i < rows.last; ++i, row += row_bytes) {
            const int8_t* pixel = row;
            for (int32_t j = columns.first; j < columns.last; ++j, pixel += w->input_c) {
              const uint32_t bytes = thimble_dsp_load(pixel);
              even = thimble_dsp_add_even(even, bytes), odd = thimble_dsp_add_odd(odd, bytes);
            }
          }
          output[0] = thimble_average_pool_2d_dsp_round(p, (int16_t)even, count);
          output[1] = thimble_average_pool_2d_dsp_round(p, (int16_t)odd, count);
          output[2] = thimble_average_pool_2d_dsp_round(p, (int16_t)(even >> 16), count);
          output[3] = thimble_average_pool_2d_dsp_round(p, (int16_t)(odd >> 16), count);
        }
      }
    }
  }
}
