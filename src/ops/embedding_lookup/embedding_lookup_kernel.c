#include "ops/embedding_lookup/embedding_lookup_kernel.h"

#include <string.h>

static inline int32_t thimble_embedding_lookup_row(int32_t index, int32_t rows) {
  return index < 0 ? 0 : index < rows ? index : rows - 1;
}

THIMBLE_KERNEL void thimble_embedding_lookup(const thimble_embedding_lookup_params* p, const int32_t* indices,
                                             const void* table, void* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    const int32_t row = thimble_embedding_lookup_row(indices[i], p->rows);
    memcpy((uint8_t*)output + i * p->row_bytes, (const uint8_t*)table + row * p->row_bytes, (size_t)p->row_bytes);
  }
}

THIMBLE_KERNEL void thimble_embedding_lookup_s8_f32(const thimble_embedding_lookup_dequantize_params* p,
                                                    const int32_t* indices, const int8_t* table, const float* scales,
                                                    float* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    const int32_t row = thimble_embedding_lookup_row(indices[i], p->rows);
    const float scale = scales[row * p->per_row];
    for (int32_t c = 0; c < p->columns; ++c) *output++ = scale * (float)table[row * p->columns + c];
  }
}
