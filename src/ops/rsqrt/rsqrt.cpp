// RSQRT: 1 / sqrt(x). Of quantized inputs of 0 or less: the greatest output.
#include "ops/rsqrt/rsqrt_kernel.h"

#include <cmath>

#include "ops/checks.h"
#include "ops/lut.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_rsqrt_params, count, input_offset, requant, output_offset, output_max)

namespace thimble {
extern const Op rsqrt_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return infer_same(node);
}

thimble_rsqrt_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  thimble_requant requant = quantize_multiplier(1.0 / double{std::sqrt(input.scale()) * output.scale()});
  requant.shift -= 20;
  require(requant.shift >= -31, "the scale of '{}' is too large", output.name);
  return {static_cast<std::int32_t>(input.elements()), -input.zero_point(), requant, output.zero_point(),
          static_cast<std::int32_t>(max_of(output.type))};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("rsqrt", thimble_rsqrt_f32))};
  const thimble_rsqrt_params params = int_params(node);
  if (node.input(0).type == Type::kInt8) {
    return {table_call(node, [&](int q) { return thimble_rsqrt_element(&params, q); })};
  }
  KernelCall call =
      kernel_call(KERNEL_OF("rsqrt", thimble_rsqrt_s16), params, {in(node.input_id(0)), out(node.output_id(0))});
  call.in_place = {node.input_id(0)};
  return {call};
}

}  // namespace

const Op rsqrt_op = {
    .name = "RSQRT",
    .summary = "1 / sqrt(x)",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 76, .max_version = 3},
};

}  // namespace thimble
