#include "kernel/packed_conv.h"

#include "kernel/packed_bits.h"

/* sum + the products of `count` inputs, each `step` after the one before, and of as many weights; may wrap. */
THIMBLE_HELPER int32_t thimble_packed_dot(int32_t sum, const int8_t* x, int32_t step, const int8_t* weights,
                                          int32_t count, int32_t offset) {
  if (count > 0) {
    do {
      sum = thimble_wrap_add(sum, (*x + offset) * *weights++);
      x += step;
    } while (--count > 0);
  }
  return sum;
}

THIMBLE_PACKED_KERNEL void thimble_packed_conv_s8(const thimble_packed_conv_params* p, const int8_t* input,
                                                  const THIMBLE_FLASH uint8_t* packed,
                                                  const THIMBLE_FLASH uint8_t* code, int8_t* scratch, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t filter_c = p->depthwise ? 1 : w->input_c;
  thimble_packed_bits bits = {packed, 0, 0};
  for (int32_t c = 0; c < w->output_c; ++c) {
    const int32_t bias = thimble_packed_number(&bits, p->bias_bits, p->bias);
    const int32_t multiplier = thimble_packed_number(&bits, p->multiplier_bits, p->multiplier);
    const int32_t shift = thimble_packed_number(&bits, p->shift_bits, p->shift);
    thimble_packed_bytes(&bits, code, w->filter_h * w->filter_w * filter_c, (uint8_t*)scratch);
    const int8_t* image = p->depthwise ? input + c / p->depthwise : input;
    int8_t* out = output + c;
    for (int32_t y = 0; y < w->output_h; ++y) {
      for (int32_t x = 0; x < w->output_w; ++x, out += w->output_c) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, 1, w->input_w);
        int32_t sum = bias;
        for (int32_t i = 0; i < w->filter_h; ++i) {
          const int32_t row = y * w->stride_h - w->pad_top + i;
          if (row < 0 || row >= w->input_h) continue;
          /* Neighbours in the filter are neighbours in the image, or in its channel. */
          sum =
              thimble_packed_dot(sum, image + (row * w->input_w + left + columns.first) * w->input_c,
                                 p->depthwise ? w->input_c : 1, scratch + (i * w->filter_w + columns.first) * filter_c,
                                 (columns.last - columns.first) * filter_c, p->input_offset);
        }
        sum = thimble_wrap_add(thimble_multiply(sum, multiplier, shift), p->output_offset);
        *out = (int8_t)thimble_clamp(sum, p->output_min, p->output_max);
      }
    }
  }
}
