// NEG: The negative.
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/neg/neg_kernel.h"
#include "ops/op.h"

namespace thimble {
extern const Op neg_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("neg", thimble_neg_f32))};
}

}  // namespace

const Op neg_op = {
    .name = "NEG",
    .summary = "-x",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 59, .options_type = 42},
};

}  // namespace thimble
