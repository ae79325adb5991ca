// LOGICAL_AND: whether both operands are true, broadcast.
#include "ops/logical_and/logical_and_kernel.h"

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"

namespace thimble {
extern const Op logical_and_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kBool});
  require_type(node.input(1), {Type::kBool});
  return {{Type::kBool, broadcast_shape(node.input(0).shape, node.input(1).shape)}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  KernelCall call = kernel_call(KERNEL_OF("logical_and", thimble_logical_and), broadcast_of(node),
                                {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))});
  call.in_place = overwritable_inputs(node);
  return {call};
}

}  // namespace

const Op logical_and_op = {
    .name = "LOGICAL_AND",
    .summary = "Whether both operands are true, elementwise with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 86, .options_type = 62},
};

}  // namespace thimble
