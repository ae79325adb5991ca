#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp_kernel.h"

/* Four channels of a row of pixels, `step` bytes from one to the next, into four widened rows. `count`: how many
 * channels there are, 1 to 4. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_widen(const thimble_depthwise_conv_2d_dsp_params* p,
                                                            const int8_t* pixel, int32_t count, int16_t* row) {
  const int32_t step = p->window.input_c, length = 2 * p->row_pairs;
  const uint32_t padding = (uint32_t)(p->input_zero_point & 0xFF) * UINT32_C(0x01010101);
  row += p->window.pad_left;
  for (int32_t left = p->window.input_w; left > 0; left -= 2, pixel += 2 * step, row += 2) {
    uint32_t a = padding, b = padding;
    if (count == 4) {
      a = thimble_dsp_load(pixel);
      if (left > 1) b = thimble_dsp_load(pixel + step);
    } else {
      memcpy(&a, pixel, (size_t)count);
      if (left > 1) memcpy(&b, pixel + step, (size_t)count);
    }
    const uint32_t a_even = thimble_dsp_even(a), b_even = thimble_dsp_even(b);
    const uint32_t a_odd = thimble_dsp_odd(a), b_odd = thimble_dsp_odd(b);
    thimble_dsp_store(row, thimble_dsp_low_lanes(a_even, b_even));
    thimble_dsp_store(row + length, thimble_dsp_low_lanes(a_odd, b_odd));
    thimble_dsp_store(row + 2 * length, thimble_dsp_high_lanes(a_even, b_even));
    thimble_dsp_store(row + 3 * length, thimble_dsp_high_lanes(a_odd, b_odd));
  }
}

static inline int8_t thimble_depthwise_conv_2d_dsp_finish(const thimble_depthwise_conv_2d_dsp_params* p, int32_t sum,
                                                          thimble_dsp_channel channel) {
  const int32_t value = thimble_dsp_requantize(sum * 2, channel);
  return (int8_t)(p->narrow ? thimble_clamp(value, p->output_min, p->output_max) : value);
}

/* The rows of a window, from the one in `slot` on: a ring of filter_h times 4 channels. */
static inline const int16_t* thimble_depthwise_conv_2d_dsp_slot(const thimble_depthwise_conv_2d_dsp_params* p,
                                                                const int16_t* rows, int32_t slot) {
  if (slot >= p->window.filter_h) slot -= p->window.filter_h;
  return rows + slot * 8 * p->row_pairs;
}

/* One channel of a row of the output; `slot` is the window's first row. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_row(const thimble_depthwise_conv_2d_dsp_params* p,
                                                          const int16_t* rows, int32_t slot, const uint32_t* filter,
                                                          const thimble_dsp_channel* channel, int8_t* output) {
  const thimble_window* w = &p->window;
  for (int32_t x = 0; x < w->output_w; ++x, output += w->output_c) {
    int32_t sum = channel->bias;
    const uint32_t* weights = filter;
    for (int32_t i = 0; i < w->filter_h; ++i) {
      const int16_t* pair = thimble_depthwise_conv_2d_dsp_slot(p, rows, slot + i) + x * w->stride_w;
      for (int32_t j = 0; j < p->pairs; ++j, pair += 2)
        sum = thimble_dsp_smlad(thimble_dsp_load(pair), *weights++, sum);
    }
    *output = thimble_depthwise_conv_2d_dsp_finish(p, sum, *channel);
  }
}

/* Adds to two neighbouring outputs what a row of three weights makes of four neighbours in a widened row. */
#ifdef THIMBLE_DSP_LOOPS
#define THIMBLE_DEPTHWISE_CONV_2D_DSP_3(ROW, OFFSET)    \
  __asm__("ldrd r4, r5, [%[w], #" #OFFSET               \
          "]\n\t"                                       \
          "ldrd r8, r9, [%[x]], #4\n\t"                 \
          "smlad %[s0], r8, r4, %[s0]\n\t"              \
          "smlatb %[s1], r8, r4, %[s1]\n\t"             \
          "smlabt %[s0], r9, r5, %[s0]\n\t"             \
          "smlad %[s1], r9, r5, %[s1]\n\t"              \
          : [s0] "+r"(s0), [s1] "+r"(s1), [x] "+r"(ROW) \
          : [w] "r"(filter)                             \
          : "r4", "r5", "r8", "r9", "memory")
#else
#define THIMBLE_DEPTHWISE_CONV_2D_DSP_3(ROW, OFFSET)                                  \
  do {                                                                                \
    const uint32_t first = thimble_dsp_load(ROW), second = thimble_dsp_load(ROW + 2); \
    const uint32_t w01 = filter[OFFSET / 4], w12 = filter[OFFSET / 4 + 1];            \
    s0 = thimble_dsp_smlad(first, w01, s0) + (int16_t)second * (int16_t)(w12 >> 16);  \
    s1 = thimble_dsp_smlad(second, w12, s1) + (int16_t)(first >> 16) * (int16_t)w01;  \
    ROW += 2;                                                                         \
  } while (0)
#endif

/* The same for a filter of 3 x 3 that moves by 1 in a row: two outputs at a time. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_row_3x3(const thimble_depthwise_conv_2d_dsp_params* p,
                                                              const int16_t* rows, int32_t slot, const uint32_t* filter,
                                                              const thimble_dsp_channel* channel, int8_t* output) {
  const int32_t step = p->window.output_c;
  const thimble_dsp_channel local = *channel;
  const int16_t* row_0 = thimble_depthwise_conv_2d_dsp_slot(p, rows, slot);
  const int16_t* row_1 = thimble_depthwise_conv_2d_dsp_slot(p, rows, slot + 1);
  const int16_t* row_2 = thimble_depthwise_conv_2d_dsp_slot(p, rows, slot + 2);
  for (int32_t left = p->window.output_w; left > 0; left -= 2, output += 2 * step) {
    int32_t s0 = local.bias, s1 = local.bias;
    THIMBLE_DEPTHWISE_CONV_2D_DSP_3(row_0, 0);
    THIMBLE_DEPTHWISE_CONV_2D_DSP_3(row_1, 8);
    THIMBLE_DEPTHWISE_CONV_2D_DSP_3(row_2, 16);
    if (left > 1) output[step] = thimble_depthwise_conv_2d_dsp_finish(p, s1, local);
    output[0] = thimble_depthwise_conv_2d_dsp_finish(p, s0, local);
  }
}

/* Fills four widened rows with padding. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_pad(const thimble_depthwise_conv_2d_dsp_params* p, int16_t* row) {
  for (int32_t i = 0; i < 8 * p->row_pairs; ++i) row[i] = (int16_t)p->input_zero_point;
}

/* `count` channels, 1 to 4, of one image. */
static inline void thimble_depthwise_conv_2d_dsp_channels(const thimble_depthwise_conv_2d_dsp_params* p,
                                                          const int8_t* input, const uint32_t* filter,
                                                          const thimble_dsp_channel* channels, int32_t count,
                                                          int16_t* rows, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_size = 8 * p->row_pairs;
  for (int32_t i = 0; i < w->filter_h; ++i) thimble_depthwise_conv_2d_dsp_pad(p, rows + i * row_size);
  int32_t next = -w->pad_top, slot = 0; /* the next row to read, and where to */
  for (int32_t y = 0; y < w->output_h; ++y, output += w->output_w * w->output_c) {
    for (; next < y * w->stride_h - w->pad_top + w->filter_h; ++next) {
      if (next >= 0 && next < w->input_h) {
        thimble_depthwise_conv_2d_dsp_widen(p, input + next * w->input_w * w->input_c, count, rows + slot * row_size);
      } else {
        thimble_depthwise_conv_2d_dsp_pad(p, rows + slot * row_size);
      }
      if (++slot == w->filter_h) slot = 0;
    }
    for (int32_t c = 0; c < count; ++c) {
      const uint32_t* weights = filter + c * w->filter_h * p->pairs;
      const int16_t* channel_rows = rows + c * 2 * p->row_pairs;
      if (p->overlapping) {
        thimble_depthwise_conv_2d_dsp_row_3x3(p, channel_rows, slot, weights, channels + c, output + c);
      } else {
        thimble_depthwise_conv_2d_dsp_row(p, channel_rows, slot, weights, channels + c, output + c);
      }
    }
  }
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_dsp(const thimble_depthwise_conv_2d_dsp_params* p,
                                                         const int8_t* input, const uint32_t* filter,
                                                         const thimble_dsp_channel* channels, uint32_t* rows,
                                                         int8_t* output) {
  const thimble_window* w = &p->window;
  for (int32_t b = 0; b < w->batches; ++b) {
    for (int32_t c = 0; c < w->output_c; c += 4) {
      const int32_t count = w->output_c - c < 4 ? w->output_c - c : 4;
      thimble_depthwise_conv_2d_dsp_channels(p, input + c, filter + c * w->filter_h * p->pairs, channels + c, count,
                                             (int16_t*)rows, output + c);
    }
    input += w->input_h * w->input_w * w->input_c;
    output += w->output_h * w->output_w * w->output_c;
  }
}
