#include "ops/max_pool_2d/max_pool_2d_dsp_kernel.h"

THIMBLE_KERNEL void thimble_max_pool_2d_dsp(const thimble_max_pool_2d_dsp_params* p, const int8_t* input,
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
        const int8_t* first = input + (top + rows.first) * row_bytes + (left + columns.first) * w->input_c;
        for (int32_t c = 0; c < w->input_c; c += 4, first += 4, output += 4) {
          uint32_t max = UINT32_C(0x80808080);
          const int8_t* row = first;
          for (int32_t i = rows.first; i < rows.last; ++i, row += row_bytes) {
            const int8_t* pixel = row;
            for (int32_t j = columns.first; j < columns.last; ++j, pixel += w->input_c) {
              max = thimble_dsp_max(max, thimble_dsp_load(pixel));
            }
          }
          thimble_dsp_store(output, max);
        }
      }
    }
  }
}
