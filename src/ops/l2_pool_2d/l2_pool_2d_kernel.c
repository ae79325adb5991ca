#include "ops/l2_pool_2d/l2_pool_2d_kernel.h"

#include <math.h>

THIMBLE_KERNEL void thimble_l2_pool_2d_f32(const thimble_l2_pool_2d_params* p, const float* input, float* output) {
  const thimble_window* w = &p->window;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, 1, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, 1, w->input_w);
        const int32_t count = (rows.last - rows.first) * (columns.last - columns.first);
        for (int32_t c = 0; c < w->input_c; ++c) {
          float sum = 0.0f;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            for (int32_t j = columns.first; j < columns.last; ++j) {
              const float value = input[((top + i) * w->input_w + left + j) * w->input_c + c];
              sum += value * value;
            }
          }
          const float root = sqrtf(sum / (float)count);
          *output++ = root < p->output_min ? p->output_min : root > p->output_max ? p->output_max : root;
        }
      }
    }
  }
}
