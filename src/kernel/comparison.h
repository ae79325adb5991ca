/* Elementwise comparisons with broadcasting. The results are 0 or 1. */
#ifndef THIMBLE_COMPARISON_H
#define THIMBLE_COMPARISON_H

#include "kernel/broadcast.h"
#include "kernel/fixed_point.h"

/* Both operands are brought to real values in units of 2^-8. */
typedef struct {
  thimble_broadcast broadcast;
  int32_t offset_a, offset_b;           /* minus the zero points */
  thimble_requant requant_a, requant_b; /* the scales */
} thimble_comparison_params;

static inline int32_t thimble_comparison_scale(int32_t q, int32_t offset, const thimble_requant* requant) {
  return thimble_multiply((q + offset) * 256, requant->multiplier, requant->shift);
}

/* Declares the kernels of one comparison: of floats, integers, quantized values and truth values. */
#define THIMBLE_COMPARISON_KERNELS(NAME)                                                                          \
  THIMBLE_KERNEL void thimble_##NAME##_f32(const thimble_broadcast* p, const float* a, const float* b,            \
                                           uint8_t* output);                                                      \
  THIMBLE_KERNEL void thimble_##NAME##_s32(const thimble_broadcast* p, const int32_t* a, const int32_t* b,        \
                                           uint8_t* output);                                                      \
  THIMBLE_KERNEL void thimble_##NAME##_s64(const thimble_broadcast* p, const int64_t* a, const int64_t* b,        \
                                           uint8_t* output);                                                      \
  THIMBLE_KERNEL void thimble_##NAME##_bool(const thimble_broadcast* p, const uint8_t* a, const uint8_t* b,       \
                                            uint8_t* output);                                                     \
  THIMBLE_KERNEL void thimble_##NAME##_s8(const thimble_comparison_params* p, const int8_t* a, const int8_t* b,   \
                                          uint8_t* output);                                                       \
  THIMBLE_KERNEL void thimble_##NAME##_u8(const thimble_comparison_params* p, const uint8_t* a, const uint8_t* b, \
                                          uint8_t* output);

#define THIMBLE_COMPARISON_QUANTIZED(TYPE, OPERATOR)                                                    \
  {                                                                                                     \
    THIMBLE_EACH_PAIR(TYPE, &p->broadcast, a, b, output,                                                \
                      (uint8_t)(thimble_comparison_scale(x, p->offset_a, &p->requant_a)                 \
                                    OPERATOR thimble_comparison_scale(y, p->offset_b, &p->requant_b))); \
  }

/* Defines them. */
#define THIMBLE_COMPARISON_BODIES(NAME, OPERATOR)                                                                     \
  THIMBLE_KERNEL void thimble_##NAME##_f32(const thimble_broadcast* p, const float* a, const float* b,                \
                                           uint8_t* output) {                                                         \
    THIMBLE_EACH_PAIR(float, p, a, b, output, (uint8_t)(x OPERATOR y));                                               \
  }                                                                                                                   \
  THIMBLE_KERNEL void thimble_##NAME##_s32(const thimble_broadcast* p, const int32_t* a, const int32_t* b,            \
                                           uint8_t* output) {                                                         \
    THIMBLE_EACH_PAIR(int32_t, p, a, b, output, (uint8_t)(x OPERATOR y));                                             \
  }                                                                                                                   \
  THIMBLE_KERNEL void thimble_##NAME##_s64(const thimble_broadcast* p, const int64_t* a, const int64_t* b,            \
                                           uint8_t* output) {                                                         \
    THIMBLE_EACH_PAIR(int64_t, p, a, b, output, (uint8_t)(x OPERATOR y));                                             \
  }                                                                                                                   \
  THIMBLE_KERNEL void thimble_##NAME##_bool(const thimble_broadcast* p, const uint8_t* a, const uint8_t* b,           \
                                            uint8_t* output) {                                                        \
    THIMBLE_EACH_PAIR(uint8_t, p, a, b, output, (uint8_t)((x != 0) OPERATOR(y != 0)));                                \
  }                                                                                                                   \
  THIMBLE_KERNEL void thimble_##NAME##_s8(const thimble_comparison_params* p, const int8_t* a, const int8_t* b,       \
                                          uint8_t* output) THIMBLE_COMPARISON_QUANTIZED(int8_t, OPERATOR)             \
      THIMBLE_KERNEL void thimble_##NAME##_u8(const thimble_comparison_params* p, const uint8_t* a, const uint8_t* b, \
                                              uint8_t* output) THIMBLE_COMPARISON_QUANTIZED(uint8_t, OPERATOR)

#endif
