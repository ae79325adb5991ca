#include "ops/fully_connected/fully_connected_rows_kernel.h"

#include "kernel/dot.h"

THIMBLE_KERNEL void thimble_fully_connected_rows_begin(const thimble_fully_connected_rows_params* p,
                                                       const THIMBLE_FLASH int32_t* bias, int32_t* sums) {
  for (int32_t u = 0; u < p->units; ++u) sums[u] = bias ? bias[u] : 0;
}

THIMBLE_KERNEL void thimble_fully_connected_rows_part(const thimble_fully_connected_rows_params* p, const int8_t* input,
                                                      const THIMBLE_FLASH int8_t* weights, int32_t* sums) {
  for (int32_t u = 0; u < p->units; ++u, weights += p->depth) {
    sums[u] = thimble_dot_s8(sums[u], input, weights, p->part, p->input_offset);
  }
}

THIMBLE_KERNEL void thimble_fully_connected_rows_end(const thimble_fully_connected_rows_params* p, const int32_t* sums,
                                                     const THIMBLE_FLASH thimble_requant* requant, int8_t* output) {
  for (int32_t u = 0; u < p->units; ++u) {
    const thimble_requant factor = thimble_requant_at(requant, u * p->per_channel);
    const int32_t scaled = thimble_multiply(sums[u], factor.multiplier, factor.shift);
    output[u] = (int8_t)thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
  }
}
