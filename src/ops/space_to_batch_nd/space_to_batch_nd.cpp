// SPACE_TO_BATCH_ND: pads input 0, then makes the pixels of each place in a block batches of their own.
#include "ops/blocks.h"
#include "ops/op.h"
#include "ops/space_to_batch_nd/space_to_batch_nd_kernel.h"

THIMBLE_PARAMS(thimble_space_to_batch_nd_params, blocks, value)

namespace thimble {
extern const Op space_to_batch_nd_op;
namespace {

int divided(int size, int before, int after, int block) {
  const std::int64_t padded = std::int64_t{size} + before + after;
  require(padded % block == 0 && padded < (1 << 28), "{} with paddings of {} and {} are no blocks of {}", size, before,
          after, block);
  return static_cast<int>(padded / block);
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Blocks blocks = blocks_of(node);
  Shape shape = node.input(0).shape;
  const std::int64_t batches = std::int64_t{shape[0]} * blocks.rows * blocks.columns;
  require(batches < (1 << 28), "{} batches of blocks of {} x {} are too many", shape[0], blocks.rows, blocks.columns);
  shape[0] = static_cast<int>(batches);
  shape[1] = divided(shape[1], blocks.before_rows, blocks.after_rows, blocks.rows);
  if (node.input(1).elements() == 2) {
    shape[2] = divided(shape[2], blocks.before_columns, blocks.after_columns, blocks.columns);
  }
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const int value = size_of(input.type) == 1 ? node.output(0).zero_point() : 0;
  const thimble_space_to_batch_nd_params params = {blocks_params(node, input, node.output(0)), value};
  return {kernel_call(KERNEL_OF("space_to_batch_nd", thimble_space_to_batch_nd), params,
                      {in(node.input_id(0)), out(node.output_id(0))})};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace

const Op space_to_batch_nd_op = {
    .name = "SPACE_TO_BATCH_ND",
    .summary = "Pixels of each place in a block, as batches of their own",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 38, .max_version = 4, .options_type = 25, .version = tflite_version},
};

}  // namespace thimble
