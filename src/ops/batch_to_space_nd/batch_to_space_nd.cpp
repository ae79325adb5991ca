// BATCH_TO_SPACE_ND: makes batches of input 0 the pixels of each place in a block, then crops.
#include "ops/batch_to_space_nd/batch_to_space_nd_kernel.h"

#include "ops/blocks.h"
#include "ops/op.h"

namespace thimble {
extern const Op batch_to_space_nd_op;
namespace {

int cropped(int size, int before, int after, int block) {
  const std::int64_t result = std::int64_t{size} * block - before - after;
  require(result >= 0 && result < (1 << 28), "{} blocks of {} cannot be cropped by {} and {}", size, block, before,
          after);
  return static_cast<int>(result);
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Blocks blocks = blocks_of(node);
  Shape shape = node.input(0).shape;
  const int places = blocks.rows * blocks.columns;
  require(shape[0] % places == 0, "{} batches are no blocks of {} x {}", shape[0], blocks.rows, blocks.columns);
  shape[0] /= places;
  shape[1] = cropped(shape[1], blocks.before_rows, blocks.after_rows, blocks.rows);
  if (node.input(1).elements() == 2) {
    shape[2] = cropped(shape[2], blocks.before_columns, blocks.after_columns, blocks.columns);
  }
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {kernel_call(KERNEL_OF("batch_to_space_nd", thimble_batch_to_space_nd),
                      blocks_params(node, node.output(0), node.input(0)),
                      {in(node.input_id(0)), out(node.output_id(0))})};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace

const Op batch_to_space_nd_op = {
    .name = "BATCH_TO_SPACE_ND",
    .summary = "Batches as the pixels of each place in a block",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 37, .max_version = 4, .options_type = 24, .version = tflite_version},
};

}  // namespace thimble
