#include "ops/arg_min/arg_min_kernel.h"

/* best != best: a NaN gives way to anything. */
#define THIMBLE_ARG_MIN(TYPE)                                           \
  for (int32_t o = 0; o < p->outer; ++o, input += p->size * p->inner) { \
    for (int32_t i = 0; i < p->inner; ++i) {                            \
      TYPE best = input[i];                                             \
      int32_t where = 0;                                                \
      for (int32_t k = 1; k < p->size; ++k) {                           \
        const TYPE x = input[k * p->inner + i];                         \
        if (x < best || (best != best && x == x)) {                     \
          best = x;                                                     \
          where = k;                                                    \
        }                                                               \
      }                                                                 \
      *output++ = where;                                                \
    }                                                                   \
  }

THIMBLE_KERNEL void thimble_arg_min_f32(const thimble_arg_min_params* p, const float* input,
                                        int32_t* output){THIMBLE_ARG_MIN(float)}

THIMBLE_KERNEL void thimble_arg_min_s8(const thimble_arg_min_params* p, const int8_t* input,
                                       int32_t* output){THIMBLE_ARG_MIN(int8_t)}

THIMBLE_KERNEL void thimble_arg_min_u8(const thimble_arg_min_params* p, const uint8_t* input,
                                       int32_t* output){THIMBLE_ARG_MIN(uint8_t)}

THIMBLE_KERNEL void thimble_arg_min_s16(const thimble_arg_min_params* p, const int16_t* input,
                                        int32_t* output){THIMBLE_ARG_MIN(int16_t)}

THIMBLE_KERNEL void thimble_arg_min_s32(const thimble_arg_min_params* p, const int32_t* input, int32_t* output) {
  THIMBLE_ARG_MIN(int32_t)
}
