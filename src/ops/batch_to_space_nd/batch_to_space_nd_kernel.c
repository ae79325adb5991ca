#include "ops/batch_to_space_nd/batch_to_space_nd_kernel.h"

#include <string.h>

THIMBLE_KERNEL void thimble_batch_to_space_nd(const thimble_blocks* p, const void* input, void* output) {
  uint8_t* to = (uint8_t*)output;
  for (int32_t b = 0; b < p->batches; ++b) {
    for (int32_t row = p->before_h; row < p->before_h + p->space_h; ++row) {
      for (int32_t column = p->before_w; column < p->before_w + p->space_w; ++column, to += p->bytes) {
        const int32_t batch = (row % p->block_h * p->block_w + column % p->block_w) * p->batches + b;
        const int32_t from = (batch * p->small_h + row / p->block_h) * p->small_w + column / p->block_w;
        memcpy(to, (const uint8_t*)input + from * p->bytes, (size_t)p->bytes);
      }
    }
  }
}
