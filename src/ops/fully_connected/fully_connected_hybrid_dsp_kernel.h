/* Dense layer of floats, quantized on the fly, with 8-bit weights, with Armv7E-M's DSP instructions. */
#ifndef THIMBLE_FULLY_CONNECTED_HYBRID_DSP_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_HYBRID_DSP_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/hybrid.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units;
  int32_t quads;      /* a row of weights, in fours */
  int32_t asymmetric; /* 1: rows are quantized with an offset */
  float output_min, output_max;
} thimble_fully_connected_hybrid_dsp_params;

/* weights [units][4 * quads]: depth weights, then zeros. sums [units]: of each unit's weights. bias [units] or NULL.
 * scales [units]. row: scratch of 4 * quads bytes. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_hybrid_dsp(const thimble_fully_connected_hybrid_dsp_params* p,
                                                              const float* input, const int8_t* weights,
                                                              const int32_t* sums, const float* bias,
                                                              const float* scales, int8_t* row, float* output);

THIMBLE_END

#endif
