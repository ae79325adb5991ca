// FILL: the one element of input 1, in a shape that input 0 lists.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"
#include "ops/shape_operand.h"

namespace thimble {
extern const Op fill_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require(node.input(1).elements() == 1, "'{}' is {}, expected one value", node.input(1).name,
          to_string(node.input(1).shape));
  return {{node.input(1).type, shape_operand(node, 0)}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const int count = static_cast<int>(node.output(0).elements());
  return {move_call(node.graph(), node.input_id(1), node.output_id(0), 0, 0, {{count, 0, 1}})};
}

}  // namespace

const Op fill_op = {
    .name = "FILL",
    .summary = "A tensor of one value",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 94, .max_version = 5, .options_type = 68},
};

}  // namespace thimble
