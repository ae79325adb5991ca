/* The geometry of moving pixels between space and batches. */
#ifndef THIMBLE_BLOCKS_H
#define THIMBLE_BLOCKS_H

#include <stdint.h>

/* A tensor [batches][space_h][space_w] of pixels, and one [block_h * block_w * batches][small_h][small_w]: its batch
 * (i * block_w + j) * batches + b holds, at (y, x), the pixel (y * block_h + i - before_h, x * block_w + j - before_w)
 * of batch b. */
typedef struct {
  int32_t batches;
  int32_t space_h, space_w;
  int32_t small_h, small_w;
  int32_t block_h, block_w;
  int32_t before_h, before_w;
  int32_t bytes; /* of a pixel */
} thimble_blocks;

#endif
