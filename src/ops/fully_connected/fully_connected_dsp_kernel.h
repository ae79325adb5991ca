/* Fully connected layers of bytes with Armv7E-M's DSP instructions: four units at a time, the weights of two in the
 * 16-bit lanes of a word, f0 + 256 * f1. One multiplication of the lanes gives x * f0 + 256 * x * f1, one of their low
 * bytes x * f0: sums of both kinds hold those of the two units. */
#ifndef THIMBLE_FULLY_CONNECTED_DSP_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_DSP_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units;
  int32_t quads;         /* inputs in fours */
  int32_t segment_quads; /* so many at a time, that a sum of theirs has at most 24 bits */
  int32_t per_channel;   /* 1: a factor for each unit; 0: one for all */
  int32_t narrow;        /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_fully_connected_dsp_params;

/* weights [units in fours][depth in fours][4]: for inputs 0 to 3 and units 0 to 3, the lanes (0, 2) and (1, 3) of units
 * 0 and 1, then of units 2 and 3. bias [units in fours], with the input's zero point in it. factors [units in fours] or
 * [1]: their bias is not used.
 * padded: scratch for a row of inputs filled up to fours; NULL if depth is a multiple of 4. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_dsp(const thimble_fully_connected_dsp_params* p, const int8_t* input,
                                                       const uint32_t* weights, const int32_t* bias,
                                                       const thimble_dsp_channel* factors, int8_t* padded,
                                                       int8_t* output);

/* The same layer, batch 1, whose input arrives in parts, each a row of `depth` inputs, a multiple of 4: sums [units in
 * fours] live from `begin` to `end`. weights: of the part, packed as those of a layer with so many inputs. */
THIMBLE_KERNEL void thimble_fully_connected_dsp_begin(const thimble_fully_connected_dsp_params* p, const int32_t* bias,
                                                      int32_t* sums);
THIMBLE_KERNEL void thimble_fully_connected_dsp_part(const thimble_fully_connected_dsp_params* p, const int8_t* input,
                                                     const uint32_t* weights, int32_t* sums);
/* sums: changed. */
THIMBLE_KERNEL void thimble_fully_connected_dsp_end(const thimble_fully_connected_dsp_params* p, int32_t* sums,
                                                    const thimble_dsp_channel* factors, int8_t* output);

THIMBLE_END

#endif
