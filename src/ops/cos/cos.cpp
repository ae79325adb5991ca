// COS: The cosine.
#include "ops/checks.h"
#include "ops/cos/cos_kernel.h"
#include "ops/elementwise.h"
#include "ops/op.h"

namespace thimble {
extern const Op cos_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("cos", thimble_cos_f32))};
}

}  // namespace

const Op cos_op = {
    .name = "COS",
    .summary = "cos(x)",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 108, .max_version = 2, .options_type = 84},
};

}  // namespace thimble
