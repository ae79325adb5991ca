// EXPAND_DIMS: input 0 with a new dimension of 1 where the constant input 1 says.
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op expand_dims_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const std::vector<int> axis = integers_of(node.input(1));
  require(axis.size() == 1, "{} axes, expected one", axis.size());
  Shape shape = node.input(0).shape;
  shape.insert(shape.begin() + resolve_axis(axis[0], shape.size() + 1), 1);
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return {copy_call(node)}; }

}  // namespace

const Op expand_dims_op = {
    .name = "EXPAND_DIMS",
    .summary = "The same elements with a further dimension of 1",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 70, .options_type = 52},
};

}  // namespace thimble
