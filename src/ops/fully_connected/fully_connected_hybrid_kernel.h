/* Fully connected layers with float activations and 8-bit weights. Each row of the input is quantized on the fly. */
#ifndef THIMBLE_FULLY_CONNECTED_HYBRID_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_HYBRID_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units;
  int32_t asymmetric; /* 1: rows are quantized with an offset; 0: without */
  float output_min, output_max;
} thimble_fully_connected_hybrid_params;

/* input [batches][depth], weights [units][depth], bias [units] or NULL, scales [units] of the weights, row [depth]:
 * scratch. */
THIMBLE_KERNEL void thimble_fully_connected_hybrid(const thimble_fully_connected_hybrid_params* p, const float* input,
                                                   const int8_t* weights, const float* bias, const float* scales,
                                                   int8_t* row, float* output);

THIMBLE_END

#endif
