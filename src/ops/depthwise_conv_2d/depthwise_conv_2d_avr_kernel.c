#include "ops/depthwise_conv_2d/depthwise_conv_2d_avr_kernel.h"

THIMBLE_KERNEL void thimble_depthwise_conv_2d_avr(const thimble_depthwise_conv_2d_avr_params* p, const int8_t* input,
                                                  const THIMBLE_FAR int8_t* filter,
                                                  const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* patch,
                                                  int8_t* output) {
  const thimble_window* w = &p->window;
  const int16_t taps = (int16_t)(w->filter_h * w->filter_w), inputs = (int16_t)w->input_c;
  const int16_t multiplier = (int16_t)(w->output_c / w->input_c);
  for (int16_t b = 0; b < (int16_t)w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int16_t y = 0; y < (int16_t)w->output_h; ++y) {
      for (int16_t x = 0; x < (int16_t)w->output_w; ++x) {
        const THIMBLE_FAR int8_t* tap = filter;
        const THIMBLE_FLASH thimble_avr_channel* channel = channels;
        thimble_avr_patch(w, input, y, x, (int8_t)p->input_zero_point, patch);
        for (int16_t c = 0; c < inputs; ++c) {
          for (int16_t m = multiplier; m > 0; --m, tap += taps, ++channel) {
            const int32_t sum = thimble_avr_dot(patch + c, inputs, tap, taps, channel->bias);
            *output++ = thimble_avr_finish(sum, channel->multiplier, (uint8_t)channel->shift, (int16_t)p->output_offset,
                                           (int8_t)p->output_min, (int8_t)p->output_max);
          }
        }
      }
    }
  }
}
