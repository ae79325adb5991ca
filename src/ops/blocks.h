// What SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND share: input 0 is batch x height x width x the rest, or without the
// width; inputs 1 and 2 are constant: the block's size [1 or 2], and the paddings or crops [1 or 2][2].
#pragma once

#include "kernel/blocks.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_blocks, batches, space_h, space_w, small_h, small_w, block_h, block_w, before_h, before_w, bytes)

namespace thimble {

struct Blocks {
  int rows = 1;
  int columns = 1;
  int before_rows = 0, after_rows = 0;
  int before_columns = 0, after_columns = 0;
};

/// Throws InputError when a block's size is below 1, or a padding is negative or too large.
Blocks blocks_of(const NodeView& node);

/// The kernels' parameters: `space` is the large tensor, `small` the one with more batches.
thimble_blocks blocks_params(const NodeView& node, const Tensor& space, const Tensor& small);

}  // namespace thimble
