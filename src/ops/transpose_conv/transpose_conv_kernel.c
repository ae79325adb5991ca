#include "ops/transpose_conv/transpose_conv_kernel.h"

/* The input rows (or columns) that reach the output row at `target`, counted from the first row of padding: row y comes
 * through the filter's row target - y * stride. */
static inline thimble_taps thimble_transpose_conv_sources(int32_t target, int32_t filter, int32_t stride,
                                                          int32_t size) {
  thimble_taps rows;
  rows.first = target < filter ? 0 : (target - filter) / stride + 1;
  rows.last = target / stride + 1;
  if (rows.last > size) rows.last = size;
  return rows;
}

/* Three types walk alike: outputs in order, then the input pixels that reach them, then channels. SUM starts as
 * INITIAL, each pair of an input element and a filter element, `pixel[k]` and `tap[k]`, does ADD, and STORE ends it. */
#define THIMBLE_TRANSPOSE_CONV(INPUT, FILTER, SUM, INITIAL, ADD, STORE)                                           \
  const thimble_window* w = &p->window;                                                                           \
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {                       \
    for (int32_t y = 0; y < w->output_h; ++y) {                                                                   \
      const int32_t below = y + w->pad_top;                                                                       \
      const thimble_taps rows = thimble_transpose_conv_sources(below, w->filter_h, w->stride_h, w->input_h);      \
      for (int32_t x = 0; x < w->output_w; ++x) {                                                                 \
        const int32_t right = x + w->pad_left;                                                                    \
        const thimble_taps columns = thimble_transpose_conv_sources(right, w->filter_w, w->stride_w, w->input_w); \
        for (int32_t c = 0; c < w->output_c; ++c) {                                                               \
          const FILTER* taps = filter + c * w->filter_h * w->filter_w * w->input_c;                               \
          SUM sum = INITIAL;                                                                                      \
          for (int32_t i = rows.first; i < rows.last; ++i) {                                                      \
            for (int32_t j = columns.first; j < columns.last; ++j) {                                              \
              const INPUT* pixel = input + (i * w->input_w + j) * w->input_c;                                     \
              const FILTER* tap =                                                                                 \
                  taps + ((below - i * w->stride_h) * w->filter_w + right - j * w->stride_w) * w->input_c;        \
              for (int32_t k = 0; k < w->input_c; ++k) ADD;                                                       \
            }                                                                                                     \
          }                                                                                                       \
          STORE;                                                                                                  \
        }                                                                                                         \
      }                                                                                                           \
    }                                                                                                             \
  }

static inline float thimble_transpose_conv_clamp(const thimble_transpose_conv_f32_params* p, float sum) {
  return sum < p->output_min ? p->output_min : sum > p->output_max ? p->output_max : sum;
}

THIMBLE_KERNEL void thimble_transpose_conv_f32(const thimble_transpose_conv_f32_params* p, const float* input,
                                               const THIMBLE_FLASH float* filter, const THIMBLE_FLASH float* bias,
                                               float* output) {
  THIMBLE_TRANSPOSE_CONV(float, float, float, 0.0f, sum += pixel[k] * tap[k],
                         *output++ = thimble_transpose_conv_clamp(p, bias ? sum + bias[c] : sum))
}

static inline int32_t thimble_transpose_conv_scaled(int64_t sum, thimble_requant requant) {
  return thimble_multiply_64(sum, requant.multiplier, requant.shift);
}

static inline int8_t thimble_transpose_conv_store(const thimble_transpose_conv_params* p, int32_t sum,
                                                  thimble_requant requant) {
  const int32_t scaled = thimble_multiply(sum, requant.multiplier, requant.shift);
  return (int8_t)thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
}

THIMBLE_KERNEL void thimble_transpose_conv_s8(const thimble_transpose_conv_params* p, const int8_t* input,
                                              const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int32_t* bias,
                                              const THIMBLE_FLASH thimble_requant* requant, int8_t* output){
    THIMBLE_TRANSPOSE_CONV(int8_t, int8_t, int32_t, bias ? bias[c] : 0,
                           sum = thimble_wrap_add(sum, tap[k] * (pixel[k] + p->input_offset)),
                           *output++ = thimble_transpose_conv_store(p, sum, thimble_requant_at(requant, c)))}

THIMBLE_KERNEL void thimble_transpose_conv_s16(const thimble_transpose_conv_params* p, const int16_t* input,
                                               const THIMBLE_FLASH int8_t* filter, const THIMBLE_FLASH int64_t* bias,
                                               const THIMBLE_FLASH thimble_requant* requant, int16_t* output) {
  THIMBLE_TRANSPOSE_CONV(
      int16_t, int8_t, int64_t, bias ? bias[c] : 0, sum = thimble_wrap_add_64(sum, (int32_t)tap[k] * pixel[k]),
      *output++ = (int16_t)thimble_clamp(thimble_transpose_conv_scaled(sum, thimble_requant_at(requant, c)),
                                         p->output_min, p->output_max))
}
