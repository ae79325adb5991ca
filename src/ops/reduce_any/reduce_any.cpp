// REDUCE_ANY: whether any value is true, over the axes that the constant input 1 lists.
#include "ops/reduce_any/reduce_any_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/reduction.h"

namespace thimble {
extern const Op reduce_any_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kBool});
  return {{node.input(0).type, reduced_shape(node)}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {reduction_call(node, KERNEL_OF("reduce_any", thimble_reduce_any_bool))};
}

}  // namespace

const Op reduce_any_op = {
    .name = "REDUCE_ANY",
    .summary = "Whether any value is true, over some dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 91, .options_type = 27, .fields = reducer_fields()},
};

}  // namespace thimble
