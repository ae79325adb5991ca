/* Fully connected layers of 16-bit activations with Armv7E-M's DSP instructions: four units at a time. The weights of
 * two share the 16-bit lanes of a word, f0 + 256 * f1, as those of layers of bytes do (fully_connected_dsp_kernel.h);
 * the lanes' products add up in 64 bits. */
#ifndef THIMBLE_FULLY_CONNECTED_S16_DSP_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_S16_DSP_KERNEL_H

#include "kernel/dsp16.h"
#include "kernel/kernel.h"
#include "ops/fully_connected/fully_connected_long_kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units;
  int32_t quads;    /* inputs in fours */
  int32_t positive; /* 1: no output is less than 0 */
  int32_t narrow;   /* 1: the output's range is less than that */
  int32_t output_min, output_max;
} thimble_fully_connected_s16_dsp_params;

/* weights [units in fours][depth in fours][4]: of inputs 0 to 3, the lanes (0, 1) and (2, 3) of units 0 and 1, then of
 * units 2 and 3. channels [units in fours]. padded: scratch for a row of inputs filled up to fours; NULL if depth is a
 * multiple of 4. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_s16_dsp(const thimble_fully_connected_s16_dsp_params* p,
                                                           const int16_t* input, const uint32_t* weights,
                                                           const thimble_dsp16_channel* channels, int16_t* padded,
                                                           int16_t* output);

/* The same where sums may pass 32 bits; bias may be NULL. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_long_s16_dsp(const thimble_fully_connected_long_params* p,
                                                                const int16_t* input, const uint32_t* weights,
                                                                const int64_t* bias, const thimble_requant* requants,
                                                                int16_t* padded, int16_t* output);

THIMBLE_END

#endif
