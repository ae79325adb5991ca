#include "ops/gather_nd/gather_nd_kernel.h"

#include <string.h>

/* The body for either type of indices. */
#define THIMBLE_GATHER_ND                                                                                  \
  for (int32_t i = 0; i < p->slices; ++i) {                                                                \
    int32_t from = 0;                                                                                      \
    for (int32_t d = 0; d < p->indices; ++d, ++indices) {                                                  \
      const int32_t index = *indices < 0 ? 0 : *indices < p->size[d] ? (int32_t)*indices : p->size[d] - 1; \
      from += index * p->stride[d];                                                                        \
    }                                                                                                      \
    memcpy((uint8_t*)output + i * p->slice_bytes, (const uint8_t*)input + from, (size_t)p->slice_bytes);   \
  }

THIMBLE_KERNEL void thimble_gather_nd_i32(const thimble_gather_nd_params* p, const void* input, const int32_t* indices,
                                          void* output) {
  THIMBLE_GATHER_ND;
}

THIMBLE_KERNEL void thimble_gather_nd_i64(const thimble_gather_nd_params* p, const void* input, const int64_t* indices,
                                          void* output) {
  THIMBLE_GATHER_ND;
}
