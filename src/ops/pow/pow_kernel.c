#include "ops/pow/pow_kernel.h"

#include <math.h>

#include "kernel/fixed_point.h"

THIMBLE_KERNEL void thimble_pow_f32(const thimble_broadcast* p, const float* a, const float* b, float* output) {
  THIMBLE_EACH_PAIR(float, p, a, b, output, powf(x, y));
}

static inline int32_t thimble_pow_integer(int32_t base, int32_t exponent) {
  int32_t result = 1;
  if (exponent < 0 && base != 1 && base != -1) return 0;
  if (exponent < 0) return base == 1 || (exponent & 1) == 0 ? 1 : -1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = thimble_wrap_mul(result, base);
    base = thimble_wrap_mul(base, base);
  }
  return result;
}

THIMBLE_KERNEL void thimble_pow_s32(const thimble_broadcast* p, const int32_t* a, const int32_t* b, int32_t* output) {
  THIMBLE_EACH_PAIR(int32_t, p, a, b, output, thimble_pow_integer(x, y));
}
