// DEQUANTIZE: integers, or half-precision floats, to floats.
#include "ops/dequantize/dequantize_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_dequantize_params, count, scale, zero_point)

namespace thimble {
extern const Op dequantize_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kInt8, Type::kUint8, Type::kInt16, Type::kFloat16});
  return {{Type::kFloat32, node.input(0).shape}};
}

KernelCall lower_call(const NodeView& node) {
  const Tensor& input = node.input(0);
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  const thimble_dequantize_params params = {static_cast<std::int32_t>(input.elements()), input.scale(),
                                            input.zero_point()};
  if (input.type != Type::kFloat16) require_per_tensor(input);
  switch (input.type) {
    case Type::kInt8:
      return kernel_call(KERNEL_OF("dequantize", thimble_dequantize_s8), params, operands);
    case Type::kUint8:
      return kernel_call(KERNEL_OF("dequantize", thimble_dequantize_u8), params, operands);
    case Type::kInt16:
      return kernel_call(KERNEL_OF("dequantize", thimble_dequantize_s16), params, operands);
    case Type::kFloat16:
      return kernel_call(KERNEL_OF("dequantize", thimble_dequantize_f16), params, operands);
    default:
      no_kernel("DEQUANTIZE", input);
  }
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return {lower_call(node)}; }

int tflite_version(const NodeView& node) {
  const Type type = node.input(0).type;
  return type == Type::kInt16 || type == Type::kFloat16 ? 3 : type == Type::kInt8 ? 2 : 1;
}

}  // namespace

const Op dequantize_op = {
    .name = "DEQUANTIZE",
    .summary = "Integers or half-precision floats to floats",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .tflite = {.builtin = 6, .max_version = 9, .options_type = 38, .version = tflite_version},
};

}  // namespace thimble
