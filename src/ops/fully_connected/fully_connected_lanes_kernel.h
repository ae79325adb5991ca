/* Fully connected layers of bytes where a CPU multiplies 32 bits at a time: two weights of a unit in the lanes of a
 * word, w0 + 2^16 * w2, times two inputs in the other order, x2 + 2^16 * x0, make w0 * x0 + w2 * x2 in the upper half
 * of the product's low word. Products of a block of weights are added up before that half is taken: as many as fit into
 * it. Weights are stored as bytes w + 128, so that masks make lanes of a word of four; each block of inputs comes with
 * what takes the 128 off again. */
#ifndef THIMBLE_FULLY_CONNECTED_LANES_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_LANES_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units;
  int32_t blocks;      /* inputs in blocks */
  int32_t block_quads; /* 1 or 2: fours of inputs in a block */
  int32_t per_channel; /* 1: a factor for each unit; 0: one for all */
  int32_t narrow;      /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_fully_connected_lanes_params;

/* weights [units in twos][passes][blocks][2][block_quads]: words of four bytes. The weights of a unit are the sum of
 * those of all passes, each small enough for the blocks' sums. passes [units in twos]. bias [units in twos], with the
 * input's zero point in it. factors [units in twos] or [1]: their bias is not used. columns: scratch of blocks * (2 *
 * block_quads + 1) words. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_lanes(const thimble_fully_connected_lanes_params* p,
                                                         const int8_t* input, const uint32_t* weights,
                                                         const uint8_t* passes, const int32_t* bias,
                                                         const thimble_dsp_channel* factors, uint32_t* columns,
                                                         int8_t* output);

THIMBLE_END

#endif
