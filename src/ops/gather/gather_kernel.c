#include "ops/gather/gather_kernel.h"

#include <string.h>

/* The body for one type of indices. */
#define THIMBLE_GATHER(INDEX)                                            \
  const uint8_t* from = (const uint8_t*)input;                           \
  uint8_t* to = (uint8_t*)output;                                        \
  for (int32_t b = 0; b < p->batches; ++b, indices += p->count) {        \
    for (int32_t o = 0; o < p->outer; ++o, from += p->size * p->slice) { \
      for (int32_t i = 0; i < p->count; ++i, to += p->slice) {           \
        INDEX index = indices[i] < p->size ? indices[i] : p->size - 1;   \
        if (index < 0) index = 0;                                        \
        memcpy(to, from + (int32_t)index * p->slice, (size_t)p->slice);  \
      }                                                                  \
    }                                                                    \
  }

THIMBLE_KERNEL void thimble_gather_i32(const thimble_gather_params* p, const void* input, const int32_t* indices,
                                       void* output){THIMBLE_GATHER(int32_t)}

THIMBLE_KERNEL
    void thimble_gather_i64(const thimble_gather_params* p, const void* input, const int64_t* indices, void* output) {
  THIMBLE_GATHER(int64_t)
}
