#include "ops/max_pool_2d/max_pool_2d_kernel.h"

/* The body for one element type. It starts from output_min, so that a maximum below it is clamped. */
#define THIMBLE_MAX_POOL_2D(TYPE)                                                                       \
  const thimble_window* w = &p->window;                                                                 \
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {             \
    for (int32_t y = 0; y < w->output_h; ++y) {                                                         \
      const int32_t top = y * w->stride_h - w->pad_top;                                                 \
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);       \
      for (int32_t x = 0; x < w->output_w; ++x) {                                                       \
        const int32_t left = x * w->stride_w - w->pad_left;                                             \
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w); \
        for (int32_t c = 0; c < w->input_c; ++c) {                                                      \
          TYPE max = (TYPE)p->output_min;                                                               \
          for (int32_t i = rows.first; i < rows.last; ++i) {                                            \
            const TYPE* row = input + ((top + i) * w->input_w + left) * w->input_c + c;                 \
            for (int32_t j = columns.first; j < columns.last; ++j) {                                    \
              if (row[j * w->input_c] > max) max = row[j * w->input_c];                                 \
            }                                                                                           \
          }                                                                                             \
          *output++ = max > (TYPE)p->output_max ? (TYPE)p->output_max : max;                            \
        }                                                                                               \
      }                                                                                                 \
    }                                                                                                   \
  }

THIMBLE_KERNEL void thimble_max_pool_2d_f32(const thimble_max_pool_2d_f32_params* p, const float* input,
                                            float* output){THIMBLE_MAX_POOL_2D(float)}

THIMBLE_KERNEL void thimble_max_pool_2d_s8(const thimble_max_pool_2d_params* p, const int8_t* input,
                                           int8_t* output){THIMBLE_MAX_POOL_2D(int8_t)}

THIMBLE_KERNEL void thimble_max_pool_2d_u8(const thimble_max_pool_2d_params* p, const uint8_t* input,
                                           uint8_t* output){THIMBLE_MAX_POOL_2D(uint8_t)}

THIMBLE_KERNEL
    void thimble_max_pool_2d_s16(const thimble_max_pool_2d_params* p, const int16_t* input, int16_t* output) {
  THIMBLE_MAX_POOL_2D(int16_t)
}
