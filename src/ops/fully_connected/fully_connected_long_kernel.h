/* What the kernels of FULLY_CONNECTED share for 16-bit activations whose sums may pass 32 bits. */
#ifndef THIMBLE_FULLY_CONNECTED_LONG_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_LONG_KERNEL_H

#include "kernel/fixed_point.h"

typedef struct {
  int32_t batches, depth, units;
  int32_t steps;       /* inputs in fours, where weights are packed so */
  int32_t per_channel; /* 1: a factor for each unit; 0: one for all */
  int32_t output_min, output_max;
} thimble_fully_connected_long_params;

/* The outputs of four units, of which `left` are there, from unit `first` on. */
static inline void thimble_fully_connected_long_outputs(const thimble_fully_connected_long_params* p,
                                                        const int64_t sums[4], const int64_t* bias,
                                                        const thimble_requant* requants, int32_t first,
                                                        int16_t* output) {
  for (int32_t i = 0; i < 4 && first + i < p->units; ++i) {
    const thimble_requant factor = requants[p->per_channel ? first + i : 0];
    const int64_t sum = thimble_wrap_add_64(sums[i], bias ? bias[first + i] : 0);
    const int32_t scaled = thimble_multiply_64(sum, factor.multiplier, factor.shift);
    output[first + i] = (int16_t)thimble_clamp(scaled, p->output_min, p->output_max);
  }
}

#endif
