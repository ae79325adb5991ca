// LOGICAL_NOT: whether the operand is false.
#include "ops/logical_not/logical_not_kernel.h"

#include "ops/checks.h"
#include "ops/elementwise.h"

namespace thimble {
extern const Op logical_not_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kBool});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("logical_not", thimble_logical_not))};
}

}  // namespace

const Op logical_not_op = {
    .name = "LOGICAL_NOT",
    .summary = "Whether the operand is false",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 87, .options_type = 63},
};

}  // namespace thimble
