// EXP: e to the power of x.
#include <cmath>

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/exp/exp_kernel.h"
#include "ops/lut.h"
#include "ops/op.h"

namespace thimble {
extern const Op exp_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("exp", thimble_exp_f32))};
  return {real_table_call(node, [](float x) { return std::exp(x); })};
}

}  // namespace

const Op exp_op = {
    .name = "EXP",
    .summary = "exp(x)",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 47, .max_version = 2, .options_type = 33},
};

}  // namespace thimble
