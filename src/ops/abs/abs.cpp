// ABS: the absolute value.
#include "ops/abs/abs_kernel.h"

#include <cstdlib>

#include "ops/checks.h"
#include "ops/lut.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_abs_s16_params, count, requant)

namespace thimble {
extern const Op abs_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16, Type::kInt32});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  if (input.type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("abs", thimble_abs_f32))};
  if (input.type == Type::kInt32) return {elementwise_call(node, KERNEL_OF("abs", thimble_abs_s32))};
  require_per_tensor(input);
  require_per_tensor(output);
  const thimble_requant requant = quantize_multiplier(double{input.scale() / output.scale()});
  if (input.type == Type::kInt8) {
    return {table_call(node, [&](int q) {
      const int x = std::abs(q - input.zero_point());
      return thimble_wrap_add(thimble_multiply(x, requant.multiplier, requant.shift), output.zero_point());
    })};
  }
  require(input.zero_point() == 0 && output.zero_point() == 0, "16-bit tensors must have zero point 0");
  const thimble_abs_s16_params params = {static_cast<std::int32_t>(input.elements()), requant};
  KernelCall call =
      kernel_call(KERNEL_OF("abs", thimble_abs_s16), params, {in(node.input_id(0)), out(node.output_id(0))});
  call.in_place = {node.input_id(0)};
  return {call};
}

}  // namespace

const Op abs_op = {
    .name = "ABS",
    .summary = "|x|",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 101, .max_version = 5, .options_type = 78},
};

}  // namespace thimble
