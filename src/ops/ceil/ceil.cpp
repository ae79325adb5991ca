// CEIL: Rounding up.
#include "ops/ceil/ceil_kernel.h"
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/op.h"

namespace thimble {
extern const Op ceil_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("ceil", thimble_ceil_f32))};
}

}  // namespace

const Op ceil_op = {
    .name = "CEIL",
    .summary = "ceil(x)",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 104},
};

}  // namespace thimble
