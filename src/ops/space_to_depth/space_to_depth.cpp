// SPACE_TO_DEPTH: each block of block_size x block_size pixels becomes one pixel with as many times the channels; NHWC.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op space_to_depth_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  const int block = node.attributes().integer("block_size");
  require_rank(input, 4);
  const Shape& s = input.shape;
  require(block > 0 && block <= 4096 && s[1] % block == 0 && s[2] % block == 0, "blocks of {} do not fit '{}', {}",
          block, input.name, to_string(s));
  require(s[3] <= (1 << 30) / (block * block), "blocks of {} are too large", block);
  return {{input.type, {s[0], s[1] / block, s[2] / block, s[3] * block * block}}};
}

/// Rows and columns are walked by block and within the block.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const int block = node.attributes().integer("block_size");
  const Shape& input = node.input(0).shape;
  const Shape& output = node.output(0).shape;
  const std::vector<std::int64_t> from = strides_of(input);
  const std::vector<std::int64_t> to = strides_of(output);
  const std::vector<MoveAxis> axes = {
      {output[0], from[0], to[0]},         {output[1], block * from[1], to[1]},
      {output[2], block * from[2], to[2]}, {block, from[1], std::int64_t{block} * input[3]},
      {block, from[2], input[3]},          {input[3], 1, 1}};
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), 0, 0, axes)};
}

}  // namespace

const Op space_to_depth_op = {
    .name = "SPACE_TO_DEPTH",
    .summary = "Blocks of pixels become channels",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 26, .max_version = 2, .options_type = 19, .fields = {int_field(0, "block_size")}},
};

}  // namespace thimble
