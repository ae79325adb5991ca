#include "ops/arg_max/arg_max_kernel.h"

/* best != best: a NaN gives way to anything. */
#define THIMBLE_ARG_MAX(TYPE)                                           \
  for (int32_t o = 0; o < p->outer; ++o, input += p->size * p->inner) { \
    for (int32_t i = 0; i < p->inner; ++i) {                            \
      TYPE best = input[i];                                             \
      int32_t where = 0;                                                \
      for (int32_t k = 1; k < p->size; ++k) {                           \
        const TYPE x = input[k * p->inner + i];                         \
        if (x > best || (best != best && x == x)) {                     \
          best = x;                                                     \
          where = k;                                                    \
        }                                                               \
      }                                                                 \
      *output++ = where;                                                \
    }                                                                   \
  }

THIMBLE_KERNEL void thimble_arg_max_f32(const thimble_arg_max_params* p, const float* input,
                                        int32_t* output){THIMBLE_ARG_MAX(float)}

THIMBLE_KERNEL void thimble_arg_max_s8(const thimble_arg_max_params* p, const int8_t* input,
                                       int32_t* output){THIMBLE_ARG_MAX(int8_t)}

THIMBLE_KERNEL void thimble_arg_max_u8(const thimble_arg_max_params* p, const uint8_t* input,
                                       int32_t* output){THIMBLE_ARG_MAX(uint8_t)}

THIMBLE_KERNEL void thimble_arg_max_s16(const thimble_arg_max_params* p, const int16_t* input,
                                        int32_t* output){THIMBLE_ARG_MAX(int16_t)}

THIMBLE_KERNEL void thimble_arg_max_s32(const thimble_arg_max_params* p, const int32_t* input, int32_t* output) {
  THIMBLE_ARG_MAX(int32_t)
}
