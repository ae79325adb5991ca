#include "ops/conv_2d/conv_2d_hybrid_dsp_kernel.h"

THIMBLE_DSP_CALLED int8_t* thimble_conv_2d_hybrid_dsp_fill(int8_t* to, int32_t value, int32_t count) {
  for (; count > 0; --count) *to++ = (int8_t)value;
  return to;
}

/* Copies the window at (top, left) to `bytes`; what is outside of the image is `offset`, which stands for 0. */
THIMBLE_DSP_CALLED void thimble_conv_2d_hybrid_dsp_gather(const thimble_window* w, const int8_t* image, int32_t top,
                                                          int32_t left, int32_t offset, int8_t* bytes) {
  const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
  /* Taps that are neighbours in the image too are copied at once. */
  const int32_t run = w->dilation_w == 1 ? columns.last - columns.first : 1;
  for (int32_t i = 0; i < w->filter_h; ++i) {
    const int32_t y = top + i * w->dilation_h;
    if (y < 0 || y >= w->input_h) {
      bytes = thimble_conv_2d_hybrid_dsp_fill(bytes, offset, w->filter_w * w->input_c);
      continue;
    }
    bytes = thimble_conv_2d_hybrid_dsp_fill(bytes, offset, columns.first * w->input_c);
    for (int32_t j = columns.first; j < columns.last; j += run) {
      const int8_t* pixel = image + (y * w->input_w + left + j * w->dilation_w) * w->input_c;
      int32_t count = run * w->input_c;
      for (; count >= 4; count -= 4, bytes += 4, pixel += 4) memcpy(bytes, pixel, 4);
      for (; count > 0; --count) *bytes++ = *pixel++;
    }
    bytes = thimble_conv_2d_hybrid_dsp_fill(bytes, offset, (w->filter_w - columns.last) * w->input_c);
  }
}

/* All channels of `count` pixels, 1 to 4, whose windows are in `columns`. */
THIMBLE_DSP_CALLED void thimble_conv_2d_hybrid_dsp_pixels(const thimble_conv_2d_hybrid_dsp_params* p,
                                                          const uint32_t* columns, const int8_t* filter,
                                                          const int32_t* sums, const float* bias, const float* scales,
                                                          const thimble_hybrid_row* quantized, int32_t count,
                                                          float* output) {
  const int32_t depth = p->window.output_c, quads = p->quads;
  for (int32_t c = 0; c < depth; ++c) {
    int32_t dots[4];
    const int32_t start = thimble_wrap_mul(sums[c], -quantized->offset);
    filter = count == 1 ? thimble_dsp_dot_1(filter, columns, quads, start, dots)
                        : thimble_dsp_dot_4(filter, columns, quads, start, dots);
    for (int32_t k = 0; k < count; ++k) {
      const float sum = (float)dots[k] * scales[c] * quantized->scale + (bias ? bias[c] : 0.0f);
      output[k * depth + c] = thimble_hybrid_activation(sum, p->output_min, p->output_max);
    }
  }
}

THIMBLE_SHARED_KERNEL void thimble_conv_2d_hybrid_dsp(const thimble_conv_2d_hybrid_dsp_params* p, const float* input,
                                                      const int8_t* filter, const int32_t* sums, const float* bias,
                                                      const float* scales, uint32_t* columns, float* output) {
  const thimble_window* w = &p->window;
  const int32_t elements = w->input_h * w->input_w * w->input_c, pixels = w->output_h * w->output_w;
  int8_t* const bytes = (int8_t*)(columns + THIMBLE_DSP_QUAD_WORDS * p->quads);
  int8_t* const image = bytes + 4 * p->quads;
  for (int32_t b = 0; b < w->batches; ++b, input += elements) {
    const thimble_hybrid_row quantized = thimble_hybrid_quantize(input, elements, p->asymmetric, image);
    int32_t y = 0, x = 0, filled = 0;
    for (int32_t left = pixels; left > 0;) {
      thimble_conv_2d_hybrid_dsp_gather(w, image, y * w->stride_h - w->pad_top, x * w->stride_w - w->pad_left,
                                        quantized.offset, bytes);
      thimble_dsp_widen(bytes, p->quads, columns, filled++);
      if (++x == w->output_w) x = 0, ++y;
      if (--left > 0 && filled < 4) continue;
      thimble_conv_2d_hybrid_dsp_pixels(p, columns, filter, sums, bias, scales, &quantized, filled, output);
      output += filled * w->output_c;
      filled = 0;
    }
  }
}
