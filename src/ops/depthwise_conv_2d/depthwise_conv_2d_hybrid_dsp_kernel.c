#include "ops/depthwise_conv_2d/depthwise_conv_2d_hybrid_dsp_kernel.h"

/* The products of two pairs of lanes, apart: the pixel's with the offset taken off fit 16 bits. */
static inline int32_t thimble_depthwise_hybrid_dsp_low(uint32_t a, uint32_t b, int32_t sum) {
  return thimble_wrap_add(sum, (int16_t)a * (int16_t)b);
}
static inline int32_t thimble_depthwise_hybrid_dsp_high(uint32_t a, uint32_t b, int32_t sum) {
  return thimble_wrap_add(sum, (int16_t)(a >> 16) * (int16_t)(b >> 16));
}

/* The sums of four channels over the taps of a window that are inside the image, of products of weights, and of weights
 * alone in `sums` [4..7]. Bytes 0 and 2 of a word are a pair, and so are 1 and 3. */
static inline void thimble_depthwise_hybrid_dsp_sums(const thimble_window* w, const int8_t* pixel, const int8_t* tap,
                                                     int32_t rows, int32_t columns, int32_t sums[8]) {
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, w0 = 0, w1 = 0, w2 = 0, w3 = 0;
  const int32_t pixel_step = w->dilation_w * w->input_c, tap_step = w->output_c;
  const int32_t pixel_turn = w->dilation_h * w->input_w * w->input_c - columns * pixel_step;
  const int32_t tap_turn = (w->filter_w - columns) * tap_step;
  for (; rows > 0; --rows, pixel += pixel_turn, tap += tap_turn) {
    for (int32_t j = columns; j > 0; --j, pixel += pixel_step, tap += tap_step) {
      const uint32_t x = thimble_dsp_load(pixel), y = thimble_dsp_load(tap);
      const uint32_t even = thimble_dsp_even(x), odd = thimble_dsp_odd(x);
      const uint32_t weights = thimble_dsp_even(y), others = thimble_dsp_odd(y);
      s0 = thimble_depthwise_hybrid_dsp_low(even, weights, s0);
      s1 = thimble_depthwise_hybrid_dsp_low(odd, others, s1);
      s2 = thimble_depthwise_hybrid_dsp_high(even, weights, s2);
      s3 = thimble_depthwise_hybrid_dsp_high(odd, others, s3);
      w0 += (int16_t)weights, w1 += (int16_t)others;
      w2 += (int16_t)(weights >> 16), w3 += (int16_t)(others >> 16);
    }
  }
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
  sums[4] = w0, sums[5] = w1, sums[6] = w2, sums[7] = w3;
}

/* All channels of one pixel, whose window begins at (top, left). */
THIMBLE_DSP_CALLED void thimble_depthwise_hybrid_dsp_pixel(const thimble_depthwise_conv_2d_hybrid_dsp_params* p,
                                                           const int8_t* image, const thimble_hybrid_row* quantized,
                                                           int32_t top, int32_t left, const int8_t* filter,
                                                           const float* bias, const float* scales, float* output) {
  const thimble_window* w = &p->window;
  const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
  const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
  const int8_t* pixel =
      image + ((top + rows.first * w->dilation_h) * w->input_w + left + columns.first * w->dilation_w) * w->input_c;
  const int8_t* tap = filter + (rows.first * w->filter_w + columns.first) * w->output_c;
  for (int32_t c = 0; c < w->output_c; c += 4) {
    int32_t sums[8];
    thimble_depthwise_hybrid_dsp_sums(w, pixel + c, tap + c, rows.last - rows.first, columns.last - columns.first,
                                      sums);
    for (int32_t k = 0; k < 4; ++k) {
      const int32_t dot = thimble_wrap_sub(sums[k], sums[4 + k] * quantized->offset);
      const float sum = (float)dot * scales[c + k] * quantized->scale + (bias ? bias[c + k] : 0.0f);
      *output++ = thimble_hybrid_activation(sum, p->output_min, p->output_max);
    }
  }
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_hybrid_dsp(const thimble_depthwise_conv_2d_hybrid_dsp_params* p,
                                                                const float* input, const int8_t* filter,
                                                                const float* bias, const float* scales, int8_t* image,
                                                                float* output) {
  const thimble_window* w = &p->window;
  const int32_t elements = w->input_h * w->input_w * w->input_c;
  for (int32_t b = 0; b < w->batches; ++b, input += elements) {
    const thimble_hybrid_row quantized = thimble_hybrid_quantize(input, elements, 1, image);
    for (int32_t y = 0; y < w->output_h; ++y) {
      for (int32_t x = 0; x < w->output_w; ++x, output += w->output_c) {
        thimble_depthwise_hybrid_dsp_pixel(p, image, &quantized, y * w->stride_h - w->pad_top,
                                           x * w->stride_w - w->pad_left, filter, bias, scales, output);
      }
    }
  }
}
