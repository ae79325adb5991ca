// SQRT: The square root.
#include <algorithm>
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
  require_type(node.input(0), {Type::kFloat32, Type::kInt8});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("sqrt", thimble_sqrt_f32))};
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  return {table_call(node, [&](int q) {
    const float x = input.scale() * static_cast<float>(std::max(q - input.zero_point(), 0));
    const float scaled = std::min(std::sqrt(x) / output.scale(), 1e6F);
    return static_cast<int>(scaled) + output.zero_point();  // LiteRT does not round here; TFLM has no such kernel
  })};
}

}  // namespace

const Op sqrt_op = {
    .name = "SQRT",
    .summary = "sqrt(x)",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 75, .max_version = 2},
};

}  // namespace thimble
