#include "ops/space_to_batch_nd/space_to_batch_nd_kernel.h"

#include <string.h>

THIMBLE_KERNEL void thimble_space_to_batch_nd(const thimble_space_to_batch_nd_params* p, const void* input,
                                              void* output) {
  const thimble_blocks* s = &p->blocks;
  uint8_t* to = (uint8_t*)output;
  for (int32_t batch = 0; batch < s->block_h * s->block_w * s->batches; ++batch) {
    const int32_t b = batch % s->batches;
    const int32_t i = batch / s->batches / s->block_w - s->before_h;
    const int32_t j = batch / s->batches % s->block_w - s->before_w;
    for (int32_t y = 0; y < s->small_h; ++y) {
      const int32_t row = y * s->block_h + i;
      for (int32_t x = 0; x < s->small_w; ++x, to += s->bytes) {
        const int32_t column = x * s->block_w + j;
        if (row >= 0 && row < s->space_h && column >= 0 && column < s->space_w) {
          const int32_t from = ((b * s->space_h + row) * s->space_w + column) * s->bytes;
          memcpy(to, (const uint8_t*)input + from, (size_t)s->bytes);
        } else {
          memset(to, p->value, (size_t)s->bytes);
        }
      }
    }
  }
}
