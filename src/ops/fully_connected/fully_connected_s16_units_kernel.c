#include "ops/fully_connected/fully_connected_s16_units_kernel.h"

#define THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT int16_t
#define THIMBLE_FULLY_CONNECTED_UNITS_CHANNEL thimble_dsp16_channel
#define THIMBLE_FULLY_CONNECTED_UNITS_OUTPUT(SUM, FACTOR) thimble_dsp16_saturate(thimble_dsp16_scale(SUM, FACTOR), 0)
#define THIMBLE_FULLY_CONNECTED_UNITS(SUFFIX) thimble_fully_connected_s16_units##SUFFIX
#include "ops/fully_connected/fully_connected_units_body_kernel.h"

#define THIMBLE_FULLY_CONNECTED_S16_UNITS_PART 508 /* products of as many inputs and weights fit 32 bits */

/* Adds the products of `count` inputs with four rows, `depth` apart, to their sums; the last rows are read again for
 * those that are not there. */
THIMBLE_DSP_CALLED void thimble_fully_connected_s16_units_add(const int16_t* input, const int8_t* row_0, int32_t depth,
                                                              int32_t count, int32_t left, int64_t sums[4]) {
  const int8_t* row_1 = row_0 + (left > 1 ? depth : 0);
  const int8_t* row_2 = row_1 + (left > 2 ? depth : 0);
  const int8_t* row_3 = row_2 + (left > 3 ? depth : 0);
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (int32_t i = 0; i < count; ++i) {
    s0 += input[i] * row_0[i], s1 += input[i] * row_1[i];
    s2 += input[i] * row_2[i], s3 += input[i] * row_3[i];
  }
  sums[0] += s0, sums[1] += s1, sums[2] += s2, sums[3] += s3;
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_long_s16_units(const thimble_fully_connected_long_params* p,
                                                                  const int16_t* input, const int8_t* weights,
                                                                  const int64_t* bias, const thimble_requant* requants,
                                                                  int16_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    const int8_t* row = weights;
    for (int32_t unit = 0; unit < p->units; unit += 4, row += 4 * p->depth) {
      int64_t sums[4] = {0, 0, 0, 0};
      for (int32_t i = 0; i < p->depth; i += THIMBLE_FULLY_CONNECTED_S16_UNITS_PART) {
        const int32_t rest = p->depth - i;
        const int32_t count =
            rest < THIMBLE_FULLY_CONNECTED_S16_UNITS_PART ? rest : THIMBLE_FULLY_CONNECTED_S16_UNITS_PART;
        thimble_fully_connected_s16_units_add(input + i, row + i, p->depth, count, p->units - unit, sums);
      }
      thimble_fully_connected_long_outputs(p, sums, bias, requants, unit, output);
    }
  }
}
