#include "ops/fully_connected/fully_connected_hybrid_kernel.h"

#include "kernel/fixed_point.h"
#include "kernel/hybrid.h"

THIMBLE_KERNEL void thimble_fully_connected_hybrid(const thimble_fully_connected_hybrid_params* p, const float* input,
                                                   const int8_t* weights, const float* bias, const float* scales,
                                                   int8_t* row, float* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    const thimble_hybrid_row quantized = thimble_hybrid_quantize(input, p->depth, p->asymmetric, row);
    for (int32_t u = 0; u < p->units; ++u) {
      const int8_t* taps = weights + u * p->depth;
      int32_t dot = 0;
      for (int32_t i = 0; i < p->depth; ++i) dot = thimble_wrap_add(dot, taps[i] * (row[i] - quantized.offset));
      const float sum = (bias ? bias[u] : 0.0f) + (float)dot * (quantized.scale * scales[u]);
      *output++ = thimble_hybrid_activation(sum, p->output_min, p->output_max);
    }
  }
}
