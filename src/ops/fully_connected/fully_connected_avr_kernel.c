#include "ops/fully_connected/fully_connected_avr_kernel.h"

static inline int8_t thimble_fully_connected_avr_output(const thimble_fully_connected_avr_params* p, int32_t sum,
                                                        const THIMBLE_FLASH thimble_avr_channel* channel) {
  return thimble_avr_finish(sum, channel->multiplier, (uint8_t)channel->shift, (int16_t)p->output_offset,
                            (int8_t)p->output_min, (int8_t)p->output_max);
}

THIMBLE_KERNEL void thimble_fully_connected_avr(const thimble_fully_connected_avr_params* p, const int8_t* input,
                                                const THIMBLE_FAR int8_t* weights,
                                                const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* output) {
  output += (int16_t)p->first;
  for (int16_t b = 0; b < (int16_t)p->batches; ++b, input += p->depth) {
    const THIMBLE_FAR int8_t* row = weights;
    const THIMBLE_FLASH thimble_avr_channel* channel = channels;
    for (int16_t u = (int16_t)p->units; u > 0; --u, row += p->depth, ++channel) {
      const int32_t sum = thimble_avr_dot(input, 1, row, (int16_t)p->depth, channel->bias);
      *output++ = thimble_fully_connected_avr_output(p, sum, channel);
    }
  }
}

THIMBLE_KERNEL void thimble_fully_connected_avr_begin(const thimble_fully_connected_avr_params* p,
                                                      const THIMBLE_FLASH thimble_avr_channel* channels,
                                                      int32_t* sums) {
  for (int16_t u = (int16_t)p->units; u > 0; --u, ++channels) *sums++ = channels->bias;
}

THIMBLE_KERNEL void thimble_fully_connected_avr_part(const thimble_fully_connected_avr_params* p, const int8_t* input,
                                                     const THIMBLE_FAR int8_t* weights, int32_t* sums) {
  for (int16_t u = (int16_t)p->units; u > 0; --u, weights += p->depth, ++sums) {
    *sums = thimble_avr_dot(input, 1, weights, (int16_t)p->part, *sums);
  }
}

THIMBLE_KERNEL void thimble_fully_connected_avr_end(const thimble_fully_connected_avr_params* p, const int32_t* sums,
                                                    const THIMBLE_FLASH thimble_avr_channel* channels, int8_t* output) {
  for (int16_t u = (int16_t)p->units; u > 0; --u, ++channels) {
    *output++ = thimble_fully_connected_avr_output(p, *sums++, channels);
  }
}
