// FLOOR: Rounding down.
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/floor/floor_kernel.h"
#include "ops/op.h"

namespace thimble {
extern const Op floor_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return {elementwise_call(node, KERNEL_OF("floor", thimble_floor_f32))};
}

}  // namespace

const Op floor_op = {
    .name = "FLOOR",
    .summary = "floor(x)",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 8},
};

}  // namespace thimble
