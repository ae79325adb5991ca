// REDUCE_ALL: whether all values are true, over the axes that the constant input 1 lists.
#include "ops/reduce_all/reduce_all_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/reduction.h"

namespace thimble {
extern const Op reduce_all_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kBool});
  return {{node.input(0).type, reduced_shape(node)}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {reduction_call(node, KERNEL_OF("reduce_all", thimble_reduce_all_bool))};
}

}  // namespace

const Op reduce_all_op = {
    .name = "REDUCE_ALL",
    .summary = "Whether all values are true, over some dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 140, .options_type = 27, .fields = reducer_fields()},
};

}  // namespace thimble
