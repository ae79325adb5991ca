#include "ops/max_pool_2d/max_pool_2d_avr_kernel.h"

/* best[c] = the larger of it and pixel[c]; channels > 0. */
THIMBLE_AVR_CALLED void thimble_max_pool_2d_avr_take(const int8_t* pixel, uint16_t channels, int8_t* best) {
#if defined(__AVR__)
  int8_t element, most;
  __asm__ volatile(
      "1:\n\t"
      "ld %[element], X+\n\t"
      "ld %[most], Z\n\t"
      "cp %[most], %[element]\n\t"
      "brge 2f\n\t"
      "mov %[most], %[element]\n"
      "2:\n\t"
      "st Z+, %[most]\n\t"
      "sbiw %[channels], 1\n\t"
      "brne 1b"
      : [x] "+&x"(pixel), [z] "+&z"(best), [channels] "+&w"(channels), [element] "=&r"(element), [most] "=&r"(most)
      :
      : "memory");
#else
  for (; channels > 0; --channels, ++pixel, ++best) {
    if (*pixel > *best) *best = *pixel;
  }
#endif
}

THIMBLE_KERNEL void thimble_max_pool_2d_avr(const thimble_max_pool_2d_avr_params* p, const int8_t* input,
                                            int8_t* output) {
  const thimble_window* w = &p->window;
  const uint16_t channels = (uint16_t)w->input_c;
  const int16_t row_bytes = (int16_t)(w->input_w * w->input_c);
  for (int16_t b = (int16_t)w->batches; b > 0; --b, input += w->input_h * row_bytes) {
    for (int16_t y = 0; y < (int16_t)w->output_h; ++y) {
      const int16_t top = (int16_t)(y * (int16_t)w->stride_h - (int16_t)w->pad_top);
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, 1, w->input_h);
      for (int16_t x = 0; x < (int16_t)w->output_w; ++x, output += channels) {
        const int16_t left = (int16_t)(x * (int16_t)w->stride_w - (int16_t)w->pad_left);
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, 1, w->input_w);
        const int8_t* row = input + (int16_t)(top + (int16_t)rows.first) * row_bytes +
                            (int16_t)(left + (int16_t)columns.first) * (int16_t)channels;
        for (uint16_t c = 0; c < channels; ++c) output[c] = (int8_t)p->output_min;
        for (int16_t i = (int16_t)(rows.last - rows.first); i > 0; --i, row += row_bytes) {
          const int8_t* pixel = row;
          for (int16_t j = (int16_t)(columns.last - columns.first); j > 0; --j, pixel += channels) {
            thimble_max_pool_2d_avr_take(pixel, channels, output);
          }
        }
        if (p->output_max < INT8_MAX) {
          for (uint16_t c = 0; c < channels; ++c) {
            if (output[c] > (int8_t)p->output_max) output[c] = (int8_t)p->output_max;
          }
        }
      }
    }
  }
}
