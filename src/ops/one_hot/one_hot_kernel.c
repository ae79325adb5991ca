#include "ops/one_hot/one_hot_kernel.h"

#include <string.h>

/* The body for either type of indices. */
#define THIMBLE_ONE_HOT                                             \
  uint8_t* to = (uint8_t*)output;                                   \
  for (int32_t o = 0; o < p->outer; ++o, indices += p->inner) {     \
    for (int32_t d = 0; d < p->depth; ++d) {                        \
      for (int32_t i = 0; i < p->inner; ++i, to += p->element) {    \
        memcpy(to, indices[i] == d ? on : off, (size_t)p->element); \
      }                                                             \
    }                                                               \
  }

THIMBLE_KERNEL void thimble_one_hot_i32(const thimble_one_hot_params* p, const int32_t* indices, const void* on,
                                        const void* off, void* output) {
  THIMBLE_ONE_HOT;
}

THIMBLE_KERNEL void thimble_one_hot_i64(const thimble_one_hot_params* p, const int64_t* indices, const void* on,
                                        const void* off, void* output) {
  THIMBLE_ONE_HOT;
}
