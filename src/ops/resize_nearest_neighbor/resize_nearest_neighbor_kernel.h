/* An image resized to the nearest pixels, NHWC. */
#ifndef THIMBLE_RESIZE_NEAREST_NEIGHBOR_KERNEL_H
#define THIMBLE_RESIZE_NEAREST_NEIGHBOR_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches;
  int32_t input_h, input_w;
  int32_t output_h, output_w;
  int32_t pixel; /* bytes */
} thimble_resize_nearest_neighbor_params;

/* rows [output_h], columns [output_w]: the input's row and column of each of the output's. */
THIMBLE_KERNEL void thimble_resize_nearest_neighbor(const thimble_resize_nearest_neighbor_params* p, const void* input,
                                                    const uint16_t* rows, const uint16_t* columns, void* output);

THIMBLE_END

#endif
