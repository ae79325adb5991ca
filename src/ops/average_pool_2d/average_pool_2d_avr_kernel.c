#include "ops/average_pool_2d/average_pool_2d_avr_kernel.h"

/* Divides x in [0, 2^15) by `count` in [1, 255]: x * factor / 2^16, shifted by bits - 1, where `bits` are those of
 * count - 1 and factor = 2^(15 + bits) / count, rounded up. x * factor exceeds 2^(15 + bits) * x / count by less than
 * 2^15, which is at most 2^(15 + bits) / count: so no quotient changes. */
typedef struct {
  uint16_t factor;
  uint8_t bits, count;
} thimble_average_pool_2d_avr_divisor;

THIMBLE_AVR_CALLED thimble_average_pool_2d_avr_divisor thimble_average_pool_2d_avr_divisor_of(uint8_t count) {
  thimble_average_pool_2d_avr_divisor d = {0, 1, count};
  while (d.bits < 8 && (uint8_t)((count - 1) >> d.bits) > 0) ++d.bits;
  d.factor = (uint16_t)(((UINT32_C(1) << (15 + d.bits)) + count - 1u) / count);
  return d;
}

static inline int8_t thimble_average_pool_2d_avr_round(const thimble_average_pool_2d_avr_params* p, int16_t sum,
                                                       const thimble_average_pool_2d_avr_divisor* d) {
  const uint16_t x = (uint16_t)((uint16_t)(sum < 0 ? -sum : sum) + (d->count >> 1));
  const uint16_t quotient =
      d->count == 1 ? x : (uint16_t)((uint16_t)(thimble_avr_product(x, d->factor) >> 16) >> (uint8_t)(d->bits - 1));
  const int16_t average = sum < 0 ? (int16_t)-quotient : (int16_t)quotient;
  return average < (int8_t)p->output_min   ? (int8_t)p->output_min
         : average > (int8_t)p->output_max ? (int8_t)p->output_max
                                           : (int8_t)average;
}

THIMBLE_KERNEL void thimble_average_pool_2d_avr(const thimble_average_pool_2d_avr_params* p, const int8_t* input,
                                                int8_t* output) {
  const thimble_window* w = &p->window;
  const int16_t channels = (int16_t)w->input_c, row_bytes = (int16_t)(w->input_w * w->input_c);
  thimble_average_pool_2d_avr_divisor divisor = {0, 0, 0};
  for (int16_t b = (int16_t)w->batches; b > 0; --b, input += w->input_h * row_bytes) {
    for (int16_t y = 0; y < (int16_t)w->output_h; ++y) {
      const int16_t top = (int16_t)(y * (int16_t)w->stride_h - (int16_t)w->pad_top);
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, 1, w->input_h);
      const uint8_t height = (uint8_t)(rows.last - rows.first);
      for (int16_t x = 0; x < (int16_t)w->output_w; ++x) {
        const int16_t left = (int16_t)(x * (int16_t)w->stride_w - (int16_t)w->pad_left);
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, 1, w->input_w);
        const uint8_t width = (uint8_t)(columns.last - columns.first), count = (uint8_t)(height * width);
        const int8_t* first = input + (int16_t)(top + (int16_t)rows.first) * row_bytes +
                              (int16_t)(left + (int16_t)columns.first) * channels;
        if (count != divisor.count) divisor = thimble_average_pool_2d_avr_divisor_of(count);
        for (int16_t c = channels; c > 0; --c, ++first) {
          const int8_t* row = first;
          int16_t sum = 0;
          for (uint8_t i = height; i > 0; --i, row += row_bytes) {
            const int8_t* pixel = row;
            for (uint8_t j = width; j > 0; --j, pixel += channels) sum = (int16_t)(sum + *pixel);
          }
          *output++ = thimble_average_pool_2d_avr_round(p, sum, &divisor);
        }
      }
    }
  }
}
