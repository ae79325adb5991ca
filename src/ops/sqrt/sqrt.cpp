// SQRT: The square root.
#include <cmath>

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/lut.h"
#include "ops/op.h"
#include "ops/sqrt/sqrt_kernel.h"

namespace thimble {
extern const Op sqrt_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("sqrt", thimble_sqrt_f32))};
  return {real_table_call(node, [](float x) { return x < 0.0f ? 0.0f : std::sqrt(x); })};
}

}  // namespace

const Op sqrt_op = {
    .name = "SQRT",
    .summary = "sqrt(x)",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 75},
};

}  // namespace thimble
