#include "ops/reduce_prod/reduce_prod_kernel.h"

THIMBLE_KERNEL void thimble_reduce_prod_f32(const thimble_reduction* p, const float* input, float* output) {
  THIMBLE_REDUCE(float, p, input, output, 1.0f, x* y);
}

THIMBLE_KERNEL void thimble_reduce_prod_s32(const thimble_reduction* p, const int32_t* input, int32_t* output) {
  THIMBLE_REDUCE(int32_t, p, input, output, 1, thimble_wrap_mul(x, y));
}

THIMBLE_KERNEL void thimble_reduce_prod_s64(const thimble_reduction* p, const int64_t* input, int64_t* output) {
  THIMBLE_REDUCE(int64_t, p, input, output, 1, thimble_wrap_mul_64(x, y));
}

static inline int32_t thimble_reduce_prod_scale(const thimble_reduce_prod_params* p, int64_t x) {
  return thimble_multiply_64(x, p->requant.multiplier, p->requant.shift);
}

/* The body for one element type: the first element as it is, then one multiplication and one scaling for each. */
#define THIMBLE_REDUCE_PROD_QUANTIZED(TYPE, LOW, HIGH)                                   \
  const thimble_reduction* r = &p->reduction;                                            \
  THIMBLE_EACH_OUTPUT(r, {                                                               \
    int32_t product = input[first] + p->input_offset;                                    \
    THIMBLE_EACH_INPUT(r, first, {                                                       \
      const int64_t next = (int64_t)product * (input[at] + p->input_offset);             \
      if (at != first) product = thimble_reduce_prod_scale(p, next);                     \
    })                                                                                   \
    product = thimble_wrap_add(thimble_reduce_prod_scale(p, product), p->output_offset); \
    *output++ = (TYPE)thimble_clamp(product, LOW, HIGH);                                 \
  })

THIMBLE_KERNEL void thimble_reduce_prod_s8(const thimble_reduce_prod_params* p, const int8_t* input, int8_t* output) {
  THIMBLE_REDUCE_PROD_QUANTIZED(int8_t, INT8_MIN, INT8_MAX);
}

THIMBLE_KERNEL void thimble_reduce_prod_s16(const thimble_reduce_prod_params* p, const int16_t* input,
                                            int16_t* output) {
  THIMBLE_REDUCE_PROD_QUANTIZED(int16_t, INT16_MIN, INT16_MAX);
}
