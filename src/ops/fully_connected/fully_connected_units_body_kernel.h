/* Fully connected layers, four units at a time: for CPUs that multiply 32 bits at a time. Before it is included, with
 * the prefix THIMBLE_FULLY_CONNECTED_UNITS are defined _ELEMENT, the type of activations, _CHANNEL, that of factors,
 * _OUTPUT(sum, factor), and, with a suffix, the kernel's name. */

/* The dot products of the input with four rows; the last rows are read again for those that are not there. */
THIMBLE_DSP_CALLED void THIMBLE_FULLY_CONNECTED_UNITS(_dot)(const THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT* input,
                                                            const int8_t* row_0, int32_t depth, int32_t left,
                                                            int32_t sums[4]) {
  const int8_t* row_1 = row_0 + (left > 1 ? depth : 0);
  const int8_t* row_2 = row_1 + (left > 2 ? depth : 0);
  const int8_t* row_3 = row_2 + (left > 3 ? depth : 0);
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#define THIMBLE_FULLY_CONNECTED_UNITS_ADD(I)            \
  s0 += input[I] * row_0[I], s1 += input[I] * row_1[I]; \
  s2 += input[I] * row_2[I], s3 += input[I] * row_3[I]
#ifndef __ARM_ARCH_6M__ /* it loads signed bytes from the sum of two registers only */
  for (; depth >= 4; depth -= 4, input += 4, row_0 += 4, row_1 += 4, row_2 += 4, row_3 += 4) {
    THIMBLE_FULLY_CONNECTED_UNITS_ADD(0);
    THIMBLE_FULLY_CONNECTED_UNITS_ADD(1);
    THIMBLE_FULLY_CONNECTED_UNITS_ADD(2);
    THIMBLE_FULLY_CONNECTED_UNITS_ADD(3);
  }
#endif
  for (int32_t i = 0; i < depth; ++i) {
    THIMBLE_FULLY_CONNECTED_UNITS_ADD(i);
  }
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}

THIMBLE_SHARED_KERNEL void THIMBLE_FULLY_CONNECTED_UNITS()(const thimble_fully_connected_units_params* p,
                                                           const THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT* input,
                                                           const int8_t* weights, const int32_t* bias,
                                                           const THIMBLE_FULLY_CONNECTED_UNITS_CHANNEL* factors,
                                                           THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    const int8_t* row = weights;
    for (int32_t unit = 0; unit < p->units; unit += 4, row += 4 * p->depth) {
      const int32_t left = p->units - unit;
      int32_t sums[4];
      THIMBLE_FULLY_CONNECTED_UNITS(_dot)(input, row, p->depth, left, sums);
      for (int32_t i = 0; i < 4 && i < left; ++i) {
        const int32_t sum = sums[i] + bias[unit + i];
        const int32_t value = THIMBLE_FULLY_CONNECTED_UNITS_OUTPUT(sum, factors[p->per_channel ? unit + i : 0]);
        *output++ =
            (THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT)(p->narrow ? thimble_clamp(value, p->output_min, p->output_max)
                                                              : value);
      }
    }
  }
}

#undef THIMBLE_FULLY_CONNECTED_UNITS
#undef THIMBLE_FULLY_CONNECTED_UNITS_ADD
#undef THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT
#undef THIMBLE_FULLY_CONNECTED_UNITS_CHANNEL
#undef THIMBLE_FULLY_CONNECTED_UNITS_OUTPUT
