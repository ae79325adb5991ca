#include "ops/depthwise_conv_2d/depthwise_conv_2d_u8_kernel.h"

THIMBLE_KERNEL void thimble_depthwise_conv_2d_u8(const thimble_depthwise_conv_2d_u8_params* p, const uint8_t* input,
                                                 const uint8_t* filter, const int32_t* bias, uint8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t multiplier = w->output_c / w->input_c;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
        for (int32_t c = 0; c < w->output_c; ++c) {
          int32_t sum = bias ? bias[c] : 0;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            for (int32_t j = columns.first; j < columns.last; ++j) {
              const uint8_t* pixel =
                  input + ((top + i * w->dilation_h) * w->input_w + left + j * w->dilation_w) * w->input_c;
              const uint8_t tap = filter[(i * w->filter_w + j) * w->output_c + c];
              sum = thimble_wrap_add(sum, (tap + p->filter_offset) * (pixel[c / multiplier] + p->input_offset));
            }
          }
          sum = thimble_wrap_add(thimble_multiply(sum, p->requant.multiplier, p->requant.shift), p->output_offset);
          *output++ = (uint8_t)thimble_clamp(sum, p->output_min, p->output_max);
        }
      }
    }
  }
}
