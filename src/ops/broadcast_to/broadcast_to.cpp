// BROADCAST_TO: input 0, repeated to the shape that input 1 lists.
#include "ops/broadcast.h"
#include "ops/move.h"
#include "ops/op.h"
#include "ops/shape_operand.h"

namespace thimble {
extern const Op broadcast_to_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Shape shape = shape_operand(node, 1);
  require(broadcast_shape(node.input(0).shape, shape) == shape, "'{}' of {} cannot be broadcast to {}",
          node.input(0).name, to_string(node.input(0).shape), to_string(shape));
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& output = node.output(0).shape;
  std::vector<MoveAxis> axes;
  for (const BroadcastLoop& loop : broadcast_loops({node.input(0).shape, output}, output)) {
    axes.push_back({loop.size, loop.steps[0], loop.steps[1]});
  }
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), 0, 0, axes)};
}

}  // namespace

const Op broadcast_to_op = {
    .name = "BROADCAST_TO",
    .summary = "A tensor, repeated along dimensions of size 1",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 130, .max_version = 4, .options_type = 104},
};

}  // namespace thimble
