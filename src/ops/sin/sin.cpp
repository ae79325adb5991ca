// SIN: The sine.
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/op.h"
#include "ops/sin/sin_kernel.h"

namespace thimble {
extern const Op sin_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("sin", thimble_sin_f32))};
}

}  // namespace

const Op sin_op = {
    .name = "SIN",
    .summary = "sin(x)",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 66, .max_version = 2},
};

}  // namespace thimble
