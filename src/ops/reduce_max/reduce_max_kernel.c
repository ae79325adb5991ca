#include "ops/reduce_max/reduce_max_kernel.h"

#include <float.h>

THIMBLE_KERNEL void thimble_reduce_max_f32(const thimble_reduction* p, const float* input, float* output) {
  THIMBLE_REDUCE(float, p, input, output, -FLT_MAX, x > y ? x : y);
}

THIMBLE_KERNEL void thimble_reduce_max_s8(const thimble_reduction* p, const int8_t* input, int8_t* output) {
  THIMBLE_REDUCE(int8_t, p, input, output, INT8_MIN, x > y ? x : y);
}

THIMBLE_KERNEL void thimble_reduce_max_u8(const thimble_reduction* p, const uint8_t* input, uint8_t* output) {
  THIMBLE_REDUCE(uint8_t, p, input, output, 0, x > y ? x : y);
}

THIMBLE_KERNEL void thimble_reduce_max_s16(const thimble_reduction* p, const int16_t* input, int16_t* output) {
  THIMBLE_REDUCE(int16_t, p, input, output, INT16_MIN, x > y ? x : y);
}

THIMBLE_KERNEL void thimble_reduce_max_s32(const thimble_reduction* p, const int32_t* input, int32_t* output) {
  THIMBLE_REDUCE(int32_t, p, input, output, INT32_MIN, x > y ? x : y);
}

THIMBLE_KERNEL void thimble_reduce_max_s64(const thimble_reduction* p, const int64_t* input, int64_t* output) {
  THIMBLE_REDUCE(int64_t, p, input, output, INT64_MIN, x > y ? x : y);
}
