// REDUCE_PROD: the product over the axes that the constant input 1 lists.
#include <cmath>

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/reduce_prod/reduce_prod_kernel.h"
#include "ops/reduction.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_reduce_prod_params, reduction, input_offset, requant, output_offset)

namespace thimble {
extern const Op reduce_prod_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt32, Type::kInt64, Type::kInt8, Type::kInt16});
  const bool quantized = input.type == Type::kInt8 || input.type == Type::kInt16;
  require(!quantized || input.elements() > 0, "the product of nothing");
  return {{input.type, reduced_shape(node)}};
}

thimble_reduce_prod_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  const double root = std::pow(double{output.scale()}, 1.0 / static_cast<double>(reduced_count(node)));
  const thimble_requant requant = quantize_multiplier(double{input.scale()} / root);
  require(requant.shift <= 7, "the scale of '{}' is too large", input.name);
  return {reduction_of(node), -input.zero_point(), requant, output.zero_point()};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  switch (node.input(0).type) {
    case Type::kFloat32:
      return {reduction_call(node, KERNEL_OF("reduce_prod", thimble_reduce_prod_f32))};
    case Type::kInt32:
      return {reduction_call(node, KERNEL_OF("reduce_prod", thimble_reduce_prod_s32))};
    case Type::kInt64:
      return {reduction_call(node, KERNEL_OF("reduce_prod", thimble_reduce_prod_s64))};
    case Type::kInt8:
      return {kernel_call(KERNEL_OF("reduce_prod", thimble_reduce_prod_s8), int_params(node), operands)};
    case Type::kInt16:
      return {kernel_call(KERNEL_OF("reduce_prod", thimble_reduce_prod_s16), int_params(node), operands)};
    default:
      no_kernel("REDUCE_PROD", node.input(0));
  }
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt8 || node.input(0).type == Type::kInt16 ? 2 : 1;
}

}  // namespace

const Op reduce_prod_op = {
    .name = "REDUCE_PROD",
    .summary = "Product over some dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite =
        {.builtin = 81, .max_version = 2, .options_type = 27, .fields = reducer_fields(), .version = tflite_version},
};

}  // namespace thimble
