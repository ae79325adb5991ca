// QUANTIZE: floats to integers, or integers to another scale or type.
#include "ops/quantize/quantize_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize_call.h"

THIMBLE_PARAMS(thimble_quantize_params, count, scale, zero_point)

namespace thimble {
extern const Op quantize_op;
namespace {

/// The type of the result is the output's own; without one, int8.
std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32});
  const Type type = node.has_output(0) ? node.output(0).type : Type::kInt8;
  if (node.has_output(0)) require_type(node.output(0), {Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32});
  return {{type, input.shape}};
}

KernelCall quantize_call(const NodeView& node) {
  const Tensor& output = node.output(0);
  const thimble_quantize_params params = {static_cast<std::int32_t>(output.elements()), output.scale(),
                                          output.zero_point()};
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  switch (output.type) {
    case Type::kInt8:
      return kernel_call(KERNEL_OF("quantize", thimble_quantize_s8), params, operands);
    case Type::kUint8:
      return kernel_call(KERNEL_OF("quantize", thimble_quantize_u8), params, operands);
    case Type::kInt16:
      return kernel_call(KERNEL_OF("quantize", thimble_quantize_s16), params, operands);
    default:
      no_kernel("QUANTIZE", output);
  }
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(output);
  if (input.type == Type::kFloat32) return {quantize_call(node)};
  require_per_tensor(input);
  const IntRange range = {static_cast<int>(min_of(output.type)), static_cast<int>(max_of(output.type))};
  return {requantize_call(node, double{input.scale()} / double{output.scale()}, range)};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt16 ? 2 : 1; }

}  // namespace

const Op quantize_op = {
    .name = "QUANTIZE",
    .summary = "Floats to integers, or integers to another scale or type",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .tflite = {.builtin = 114, .max_version = 6, .options_type = 89, .version = tflite_version},
};

}  // namespace thimble
