#include "ops/resize_nearest_neighbor/resize_nearest_neighbor_kernel.h"

#include <string.h>

THIMBLE_KERNEL void thimble_resize_nearest_neighbor(const thimble_resize_nearest_neighbor_params* p, const void* input,
                                                    const uint16_t* rows, const uint16_t* columns, void* output) {
  const uint8_t* image = (const uint8_t*)input;
  uint8_t* to = (uint8_t*)output;
  for (int32_t b = 0; b < p->batches; ++b, image += p->input_h * p->input_w * p->pixel) {
    for (int32_t y = 0; y < p->output_h; ++y) {
      const uint8_t* row = image + rows[y] * p->input_w * p->pixel;
      for (int32_t x = 0; x < p->output_w; ++x, to += p->pixel) {
        memcpy(to, row + columns[x] * p->pixel, (size_t)p->pixel);
      }
    }
  }
}
