#include "ops/depthwise_conv_2d/depthwise_conv_2d_hybrid_kernel.h"

#include "kernel/fixed_point.h"
#include "kernel/hybrid.h"

THIMBLE_KERNEL void thimble_depthwise_conv_2d_hybrid(const thimble_depthwise_conv_2d_hybrid_params* p,
                                                     const float* input, const int8_t* filter, const float* bias,
                                                     const float* scales, int8_t* image, float* output) {
  const thimble_window* w = &p->window;
  const int32_t multiplier = w->output_c / w->input_c;
  const int32_t pixels = w->input_h * w->input_w * w->input_c;
  for (int32_t b = 0; b < w->batches; ++b, input += pixels) {
    const thimble_hybrid_row quantized = thimble_hybrid_quantize(input, pixels, 1, image);
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
        for (int32_t c = 0; c < w->output_c; ++c) {
          const int8_t* channel = image + c / multiplier;
          int32_t dot = 0;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            const int32_t row = (top + i * w->dilation_h) * w->input_w + left;
            for (int32_t j = columns.first; j < columns.last; ++j) {
              const int32_t pixel = channel[(row + j * w->dilation_w) * w->input_c] - quantized.offset;
              dot = thimble_wrap_add(dot, pixel * filter[(i * w->filter_w + j) * w->output_c + c]);
            }
          }
          const float sum = (float)dot * scales[c] * quantized.scale + (bias ? bias[c] : 0.0f);
          *output++ = thimble_hybrid_activation(sum, p->output_min, p->output_max);
        }
      }
    }
  }
}
