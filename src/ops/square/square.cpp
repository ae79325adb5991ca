// SQUARE: The square.
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/op.h"
#include "ops/square/square_kernel.h"

namespace thimble {
extern const Op square_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("square", thimble_square_f32))};
}

}  // namespace

const Op square_op = {
    .name = "SQUARE",
    .summary = "x * x",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 92, .options_type = 66},
};

}  // namespace thimble
