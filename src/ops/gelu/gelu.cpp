// GELU: exact or, with the attribute approximate, by tanh.
#include "ops/gelu/gelu_kernel.h"

#include "ops/checks.h"
#include "ops/lut.h"
#include "ops/op.h"

namespace thimble {
extern const Op gelu_op;
extern const TrainKernels gelu_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kUint8});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const bool approximate = node.attributes().flag("approximate");
  const auto kernel = approximate ? &thimble_gelu_approximate_f32 : &thimble_gelu_f32;
  if (node.input(0).type != Type::kFloat32) {
    return {real_table_call(node, [kernel](float x) {
      const thimble_elementwise_params one = {1};
      float y = 0.0f;
      kernel(&one, &x, &y);
      return y;
    })};
  }
  if (approximate) return {elementwise_call(node, KERNEL_OF("gelu", thimble_gelu_approximate_f32))};
  return {elementwise_call(node, KERNEL_OF("gelu", thimble_gelu_f32))};
}

}  // namespace

const Op gelu_op = {
    .name = "GELU",
    .summary = "x * P(X <= x) for a normal X",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 150, .max_version = 3, .options_type = 116, .fields = {bool_field(0, "approximate")}},
    .train = &gelu_train,
};

}  // namespace thimble
