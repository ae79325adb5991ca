// DEPTH_TO_SPACE: the channels of each pixel become a block of block_size x block_size pixels; NHWC.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op depth_to_space_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  const int block = node.attributes().integer("block_size");
  require_rank(input, 4);
  const Shape& s = input.shape;
  require(block > 0 && block <= 4096 && s[3] % (block * block) == 0, "blocks of {} do not fit '{}', {}", block,
          input.name, to_string(s));
  require(s[1] <= (1 << 30) / block && s[2] <= (1 << 30) / block, "blocks of {} are too large", block);
  return {{input.type, {s[0], s[1] * block, s[2] * block, s[3] / (block * block)}}};
}

/// Rows and columns are walked by block and within the block.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const int block = node.attributes().integer("block_size");
  const Shape& input = node.input(0).shape;
  const Shape& output = node.output(0).shape;
  const std::vector<std::int64_t> from = strides_of(input);
  const std::vector<std::int64_t> to = strides_of(output);
  const std::vector<MoveAxis> axes = {
      {input[0], from[0], to[0]},         {input[1], from[1], block * to[1]},
      {input[2], from[2], block * to[2]}, {block, std::int64_t{block} * output[3], to[1]},
      {block, output[3], to[2]},          {output[3], 1, 1}};
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), 0, 0, axes)};
}

}  // namespace

const Op depth_to_space_op = {
    .name = "DEPTH_TO_SPACE",
    .summary = "Channels become blocks of pixels",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 5, .max_version = 2, .options_type = 94, .fields = {int_field(0, "block_size")}},
};

}  // namespace thimble
