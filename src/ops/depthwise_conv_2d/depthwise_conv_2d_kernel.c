#include "ops/depthwise_conv_2d/depthwise_conv_2d_kernel.h"

/* Three bodies of one walk: outputs in order, then the window's taps inside the image. */

THIMBLE_KERNEL void thimble_depthwise_conv_2d_f32(const thimble_depthwise_conv_2d_f32_params* p, const float* input,
                                                  const THIMBLE_FLASH float* filter, const THIMBLE_FLASH float* bias,
                                                  float* output) {
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
          const float* channel = input + c / multiplier;
          float sum = 0.0f;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            const int32_t row = (top + i * w->dilation_h) * w->input_w + left;
            for (int32_t j = columns.first; j < columns.last; ++j) {
              const float pixel = channel[(row + j * w->dilation_w) * w->input_c];
              const float tap = filter[(i * w->filter_w + j) * w->output_c + c];
              sum += pixel * tap;
            }
          }
          if (bias) sum += bias[c];
          *output++ = sum < p->output_min ? p->output_min : sum > p->output_max ? p->output_max : sum;
        }
      }
    }
  }
}

THIMBLE_KERNEL void thimble_depthwise_conv_2d_s8(const thimble_depthwise_conv_2d_params* p, const int8_t* input,
                                                 const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int32_t* bias,
                                                 const THIMBLE_FLASH thimble_requant* requant, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_step = w->dilation_h * w->input_w * w->input_c, pixel_step = w->dilation_w * w->input_c;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
        const int32_t first = (top * w->input_w + left) * w->input_c + columns.first * pixel_step;
        for (int32_t c = 0; c < w->output_c; ++c) {
          const int32_t channel = w->output_c == w->input_c ? c : c / (w->output_c / w->input_c);
          int32_t sum = bias ? bias[c] : 0;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            const int8_t* pixel = input + first + channel + i * row_step;
            const THIMBLE_FLASH int8_t* tap = filter + (i * w->filter_w + columns.first) * w->output_c + c;
            for (int32_t j = columns.first; j < columns.last; ++j, pixel += pixel_step, tap += w->output_c) {
              sum = thimble_wrap_add(sum, (*pixel + p->input_offset) * *tap);
            }
          }
          const thimble_requant factor = thimble_requant_at(requant, c);
          const int32_t scaled = thimble_multiply(sum, factor.multiplier, factor.shift);
          *output++ = (int8_t)thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
        }
      }
    }
  }
}

THIMBLE_KERNEL void thimble_depthwise_conv_2d_s16(const thimble_depthwise_conv_2d_params* p, const int16_t* input,
                                                  const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int64_t* bias,
                                                  const THIMBLE_FLASH thimble_requant* requant, int16_t* output) {
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
          const int16_t* channel = input + c / multiplier;
          int64_t sum = bias ? bias[c] : 0;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            const int32_t row = (top + i * w->dilation_h) * w->input_w + left;
            for (int32_t j = columns.first; j < columns.last; ++j) {
              const int16_t pixel = channel[(row + j * w->dilation_w) * w->input_c];
              const int8_t tap = filter[(i * w->filter_w + j) * w->output_c + c];
              sum = thimble_wrap_add_64(sum, (pixel + p->input_offset) * tap);
            }
          }
          const thimble_requant factor = thimble_requant_at(requant, c);
          const int32_t scaled = thimble_multiply_64(sum, factor.multiplier, factor.shift);
          *output++ = (int16_t)thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
        }
      }
    }
  }
}
