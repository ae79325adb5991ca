#include "ops/fully_connected/fully_connected_hybrid_dsp_kernel.h"

/* Adds the products of `row` with two units' weights, which are `next` bytes apart. */
static inline void thimble_fully_connected_hybrid_dsp_dot(const int8_t* row, const int8_t* weights, int32_t next,
                                                          int32_t quads, int32_t dots[2]) {
  int32_t first = dots[0], second = dots[1];
  for (; quads > 0; --quads, row += 4, weights += 4) {
    const uint32_t x = thimble_dsp_load(row), even = thimble_dsp_even(x), odd = thimble_dsp_odd(x);
    const uint32_t a = thimble_dsp_load(weights), b = thimble_dsp_load(weights + next);
    first = thimble_dsp_smlad(odd, thimble_dsp_odd(a), thimble_dsp_smlad(even, thimble_dsp_even(a), first));
    second = thimble_dsp_smlad(odd, thimble_dsp_odd(b), thimble_dsp_smlad(even, thimble_dsp_even(b), second));
  }
  dots[0] = first, dots[1] = second;
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_hybrid_dsp(const thimble_fully_connected_hybrid_dsp_params* p,
                                                              const float* input, const int8_t* weights,
                                                              const int32_t* sums, const float* bias,
                                                              const float* scales, int8_t* row, float* output) {
  for (int32_t i = p->depth; i < 4 * p->quads; ++i) row[i] = 0;
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    const thimble_hybrid_row quantized = thimble_hybrid_quantize(input, p->depth, p->asymmetric, row);
    const int8_t* taps = weights;
    for (int32_t u = 0; u < p->units; u += 2) {
      const int32_t count = p->units - u < 2 ? 1 : 2; /* the last of an odd number is computed twice */
      int32_t dots[2];
      for (int32_t k = 0; k < 2; ++k) dots[k] = thimble_wrap_mul(sums[k < count ? u + k : u], -quantized.offset);
      thimble_fully_connected_hybrid_dsp_dot(row, taps, count == 2 ? 4 * p->quads : 0, p->quads, dots);
      taps += 8 * p->quads;
      for (int32_t k = 0; k < count; ++k) {
        const float sum = (bias ? bias[u + k] : 0.0f) + (float)dots[k] * (quantized.scale * scales[u + k]);
        *output++ = thimble_hybrid_activation(sum, p->output_min, p->output_max);
      }
    }
  }
}
