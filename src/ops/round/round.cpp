// ROUND: Rounding to the nearest integer, ties to even.
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/op.h"
#include "ops/round/round_kernel.h"

namespace thimble {
extern const Op round_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("round", thimble_round_f32))};
}

}  // namespace

const Op round_op = {
    .name = "ROUND",
    .summary = "round(x), ties to even",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 116},
};

}  // namespace thimble
