/* Division by the Euclidean norm over the innermost dimension. */
#ifndef THIMBLE_L2_NORMALIZATION_KERNEL_H
#define THIMBLE_L2_NORMALIZATION_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t rows, depth;
  int32_t input_offset; /* minus the input's zero point */
} thimble_l2_normalization_params;

/* The norm counts as at least 1e-6. */
THIMBLE_KERNEL void thimble_l2_normalization_f32(const thimble_l2_normalization_params* p, const float* input,
                                                 float* output);
/* The output has scale 1/128, and zero point 0 or 128. */
THIMBLE_KERNEL void thimble_l2_normalization_s8(const thimble_l2_normalization_params* p, const int8_t* input,
                                                int8_t* output);
THIMBLE_KERNEL void thimble_l2_normalization_u8(const thimble_l2_normalization_params* p, const uint8_t* input,
                                                uint8_t* output);

THIMBLE_END

#endif
