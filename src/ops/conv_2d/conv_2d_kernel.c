#include "ops/conv_2d/conv_2d_kernel.h"

#include "kernel/dot.h"

/* Three bodies of one walk: outputs in order, then the window's taps inside the image, then the channels of the group.
 */

THIMBLE_KERNEL void thimble_conv_2d_f32(const thimble_conv_2d_f32_params* p, const float* input,
                                        const THIMBLE_FLASH float* filter, const THIMBLE_FLASH float* bias,
                                        float* output) {
  const thimble_window* w = &p->window;
  const int32_t filters_per_group = w->output_c / (w->input_c / p->filter_c);
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
        for (int32_t c = 0; c < w->output_c; ++c) {
          const int32_t first_channel = c / filters_per_group * p->filter_c;
          const THIMBLE_FLASH float* taps = filter + c * w->filter_h * w->filter_w * p->filter_c;
          float sum = 0.0f;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            for (int32_t j = columns.first; j < columns.last; ++j) {
              const float* pixel = input + first_channel +
                                   ((top + i * w->dilation_h) * w->input_w + left + j * w->dilation_w) * w->input_c;
              const THIMBLE_FLASH float* tap = taps + (i * w->filter_w + j) * p->filter_c;
              for (int32_t k = 0; k < p->filter_c; ++k) sum += pixel[k] * tap[k];
            }
          }
          if (bias) sum += bias[c];
          *output++ = sum < p->output_min ? p->output_min : sum > p->output_max ? p->output_max : sum;
        }
      }
    }
  }
}

THIMBLE_KERNEL void thimble_conv_2d_s8(const thimble_conv_2d_params* p, const int8_t* input,
                                       const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int32_t* bias,
                                       const THIMBLE_FLASH thimble_requant* requant, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t filter_c = w->input_c / p->groups;
  const int32_t row_step = w->dilation_h * w->input_w * w->input_c, pixel_step = w->dilation_w * w->input_c;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
        for (int32_t c = 0; c < w->output_c; ++c) {
          const int32_t first_channel = p->groups == 1 ? 0 : c / (w->output_c / p->groups) * filter_c;
          const int32_t first = (top * w->input_w + left) * w->input_c + columns.first * pixel_step + first_channel;
          const THIMBLE_FLASH int8_t* taps = filter + c * w->filter_h * w->filter_w * filter_c;
          int32_t sum = bias ? bias[c] : 0;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            const int8_t* row = input + first + i * row_step;
            const THIMBLE_FLASH int8_t* tap = taps + (i * w->filter_w + columns.first) * filter_c;
            if (p->groups == 1 && w->dilation_w == 1) {
              /* Neighbours in the filter are neighbours in the image. */
              sum = thimble_dot_s8(sum, row, tap, (columns.last - columns.first) * filter_c, p->input_offset);
              continue;
            }
            for (int32_t j = columns.first; j < columns.last; ++j, row += pixel_step, tap += filter_c) {
              sum = thimble_dot_s8(sum, row, tap, filter_c, p->input_offset);
            }
          }
          const thimble_requant factor = thimble_requant_at(requant, c);
          sum = thimble_wrap_add(thimble_multiply(sum, factor.multiplier, factor.shift), p->output_offset);
          *output++ = (int8_t)thimble_clamp(sum, p->output_min, p->output_max);
        }
      }
    }
  }
}

THIMBLE_KERNEL void thimble_conv_2d_s16(const thimble_conv_2d_params* p, const int16_t* input,
                                        const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int64_t* bias,
                                        const THIMBLE_FLASH thimble_requant* requant, int16_t* output) {
  const thimble_window* w = &p->window;
  const int32_t filter_c = w->input_c / p->groups, filters_per_group = w->output_c / p->groups;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      for (int32_t x = 0; x < w->output_w; ++x) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
        for (int32_t c = 0; c < w->output_c; ++c) {
          const int32_t first_channel = c / filters_per_group * filter_c;
          const THIMBLE_FLASH int8_t* taps = filter + c * w->filter_h * w->filter_w * filter_c;
          int64_t sum = bias ? bias[c] : 0;
          for (int32_t i = rows.first; i < rows.last; ++i) {
            for (int32_t j = columns.first; j < columns.last; ++j) {
              const int16_t* pixel = input + first_channel +
                                     ((top + i * w->dilation_h) * w->input_w + left + j * w->dilation_w) * w->input_c;
              const THIMBLE_FLASH int8_t* tap = taps + (i * w->filter_w + j) * filter_c;
              for (int32_t k = 0; k < filter_c; ++k) sum += (int64_t)tap[k] * (pixel[k] + p->input_offset);
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
