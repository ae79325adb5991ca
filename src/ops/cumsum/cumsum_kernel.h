/* Cumulative sums along one dimension of a tensor seen as [outer][depth][inner]. */
#ifndef THIMBLE_CUMSUM_KERNEL_H
#define THIMBLE_CUMSUM_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t outer, depth, inner;
  int32_t exclusive; /* 1: an element is not part of its own sum */
  int32_t reverse;   /* 1: from the end */
} thimble_cumsum_shape;

typedef struct {
  thimble_cumsum_shape shape;
} thimble_cumsum_plain_params;

typedef struct {
  thimble_cumsum_shape shape;
  int32_t input_offset;           /* minus the input's zero point */
  thimble_requant requant;        /* 1 / 2, applied to elements with 20 more bits */
  thimble_requant output_requant; /* 2 * input scale / output scale / 2^20 */
  int32_t output_offset;          /* the output's zero point */
} thimble_cumsum_params;

THIMBLE_KERNEL void thimble_cumsum_f32(const thimble_cumsum_plain_params* p, const float* input, float* output);
/* These wrap around. */
THIMBLE_KERNEL void thimble_cumsum_s32(const thimble_cumsum_plain_params* p, const int32_t* input, int32_t* output);
THIMBLE_KERNEL void thimble_cumsum_s64(const thimble_cumsum_plain_params* p, const int64_t* input, int64_t* output);
/* As in TFLite, sums start at input_offset instead of 0. */
THIMBLE_KERNEL void thimble_cumsum_s8(const thimble_cumsum_params* p, const int8_t* input, int8_t* output);

THIMBLE_END

#endif
