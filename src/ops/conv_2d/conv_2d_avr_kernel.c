#include "ops/conv_2d/conv_2d_avr_kernel.h"

THIMBLE_KERNEL void thimble_conv_2d_avr(const thimble_conv_2d_avr_params* p, const int8_t* input,
                                        const THIMBLE_FAR int8_t* filter, const THIMBLE_FAR int8_t* more,
                                        const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* patch,
                                        int8_t* output) {
  const thimble_window* w = &p->window;
  const int16_t elements = (int16_t)(w->filter_h * w->filter_w * w->input_c);
  const int16_t windows = (int16_t)(p->pool_h * p->pool_w);
  for (int16_t b = 0; b < (int16_t)w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int16_t y = 0; y < (int16_t)p->outputs_h; ++y) {
      for (int16_t x = 0; x < (int16_t)p->outputs_w; ++x) {
        int8_t* next = patch;
        for (int16_t i = 0; i < (int16_t)p->pool_h; ++i) {
          for (int16_t j = 0; j < (int16_t)p->pool_w; ++j, next += elements) {
            thimble_avr_patch(w, input, (int16_t)(y * (int16_t)p->pool_stride_h + i),
                              (int16_t)(x * (int16_t)p->pool_stride_w + j), (int8_t)p->input_zero_point, next);
          }
        }
        const THIMBLE_FLASH thimble_avr_channel* channel = channels;
        /* sum of (x - 128) * (w - 128) = sum of x * w - 128 * sum of x; what w adds is in the bias. */
        const int32_t shared = p->without_sign ? thimble_wrap_mul(thimble_avr_without_sign(patch, elements), -128) : 0;
        for (int16_t part = 0; part < (int16_t)p->parts; ++part) {
          const THIMBLE_FAR int8_t* taps = part == 0 ? filter : more;
          int16_t c = (int16_t)(p->parts == 1 ? w->output_c
                                : part == 0   ? p->part_channels
                                              : w->output_c - p->part_channels);
          for (; c > 0; --c, taps += elements, ++channel) {
            const int32_t bias = thimble_wrap_add(channel->bias, shared);
            int32_t largest =
                p->without_sign
                    ? thimble_avr_dot_unsigned((const uint8_t*)patch, (const THIMBLE_FAR uint8_t*)taps, elements, bias)
                    : thimble_avr_dot(patch, 1, taps, elements, bias);
            for (int16_t k = 1; k < windows; ++k) {
              const int32_t sum = thimble_avr_dot(patch + k * elements, 1, taps, elements, bias);
              if (sum > largest) largest = sum;
            }
            *output++ = thimble_avr_finish(largest, channel->multiplier, (uint8_t)channel->shift,
                                           (int16_t)p->output_offset, (int8_t)p->output_min, (int8_t)p->output_max);
          }
        }
      }
    }
  }
}
