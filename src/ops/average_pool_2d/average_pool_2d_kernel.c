#include "ops/average_pool_2d/average_pool_2d_kernel.h"

/* The walk over the windows: ADD(element) for each element inside, then *output++ = FINISH(p, sum, count). */
#define THIMBLE_AVERAGE_POOL_2D(TYPE, SUM, ADD, FINISH)                                                 \
  const thimble_window* w = &p->window;                                                                 \
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {             \
    for (int32_t y = 0; y < w->output_h; ++y) {                                                         \
      const int32_t top = y * w->stride_h - w->pad_top;                                                 \
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);       \
      for (int32_t x = 0; x < w->output_w; ++x) {                                                       \
        const int32_t left = x * w->stride_w - w->pad_left;                                             \
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w); \
        const int32_t count = (rows.last - rows.first) * (columns.last - columns.first);                \
        for (int32_t c = 0; c < w->input_c; ++c) {                                                      \
          SUM sum = 0;                                                                                  \
          for (int32_t i = rows.first; i < rows.last; ++i) {                                            \
            for (int32_t j = columns.first; j < columns.last; ++j) {                                    \
              sum = ADD(sum, input[((top + i) * w->input_w + left + j) * w->input_c + c]);              \
            }                                                                                           \
          }                                                                                             \
          *output++ = (TYPE)FINISH(p, sum, count);                                                      \
        }                                                                                               \
      }                                                                                                 \
    }                                                                                                   \
  }

static inline float thimble_average_pool_2d_plus(float a, float b) { return a + b; }

static inline float thimble_average_pool_2d_divide(const thimble_average_pool_2d_f32_params* p, float sum,
                                                   int32_t count) {
  const float average = sum / (float)count;
  return average < p->output_min ? p->output_min : average > p->output_max ? p->output_max : average;
}

static inline int32_t thimble_average_pool_2d_round(const thimble_average_pool_2d_params* p, int32_t sum,
                                                    int32_t count) {
  const int32_t half = sum > 0 ? count / 2 : -(count / 2);
  return thimble_clamp(thimble_wrap_add(sum, half) / count, p->output_min, p->output_max);
}

THIMBLE_KERNEL void thimble_average_pool_2d_of_sums_s8(const thimble_average_pool_2d_params* p, const int32_t* sums,
                                                       int8_t* output) {
  const int32_t count = p->window.input_h * p->window.input_w;
  for (int32_t c = 0; c < p->window.input_c; ++c) {
    output[c] = (int8_t)thimble_average_pool_2d_round(p, sums[c], count);
  }
}

THIMBLE_KERNEL void thimble_average_pool_2d_f32(const thimble_average_pool_2d_f32_params* p, const float* input,
                                                float* output){
    THIMBLE_AVERAGE_POOL_2D(float, float, thimble_average_pool_2d_plus, thimble_average_pool_2d_divide)}

THIMBLE_KERNEL
    void thimble_average_pool_2d_s8(const thimble_average_pool_2d_params* p, const int8_t* input, int8_t* output){
        THIMBLE_AVERAGE_POOL_2D(int8_t, int32_t, thimble_wrap_add, thimble_average_pool_2d_round)}

THIMBLE_KERNEL
    void thimble_average_pool_2d_u8(const thimble_average_pool_2d_params* p, const uint8_t* input, uint8_t* output){
        THIMBLE_AVERAGE_POOL_2D(uint8_t, int32_t, thimble_wrap_add, thimble_average_pool_2d_round)}

THIMBLE_KERNEL
    void thimble_average_pool_2d_s16(const thimble_average_pool_2d_params* p, const int16_t* input, int16_t* output) {
  THIMBLE_AVERAGE_POOL_2D(int16_t, int32_t, thimble_wrap_add, thimble_average_pool_2d_round)
}
