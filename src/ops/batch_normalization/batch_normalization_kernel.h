/* Batch normalization at inference: y = x * factor + offset, for each channel, the innermost dimension. */
#ifndef THIMBLE_BATCH_NORMALIZATION_KERNEL_H
#define THIMBLE_BATCH_NORMALIZATION_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count; /* pixels */
  int32_t channels;
} thimble_batch_normalization_f32_params;

/* factor [channels], offset [channels]. */
THIMBLE_KERNEL void thimble_batch_normalization_f32(const thimble_batch_normalization_f32_params* p, const float* input,
                                                    const float* factor, const float* offset, float* output);

THIMBLE_END

#endif
