// SUM: over the axes that the constant input 1 lists.
#include "ops/sum/sum_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/reduction.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_sum_f32_params, reduction)
THIMBLE_PARAMS(thimble_sum_params, reduction, sum_offset, requant, output_offset)

namespace thimble {
extern const Op sum_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return {{node.input(0).type, reduced_shape(node)}};
}

thimble_sum_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  return {reduction_of(node), static_cast<std::int32_t>(-input.zero_point() * reduced_count(node)),
          quantize_multiplier(double{input.scale()} / double{output.scale()}), output.zero_point()};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  switch (node.input(0).type) {
    case Type::kFloat32:
      return {kernel_call(KERNEL_OF("sum", thimble_sum_f32), thimble_sum_f32_params{reduction_of(node)}, operands)};
    case Type::kInt8:
      if (options.rounding == Rounding::kLitert)
        return {kernel_call(KERNEL_OF("sum", thimble_sum_s8_once), int_params(node), operands)};
      return {kernel_call(KERNEL_OF("sum", thimble_sum_s8), int_params(node), operands)};
    case Type::kInt16:
      return {kernel_call(KERNEL_OF("sum", thimble_sum_s16), int_params(node), operands)};
    default:
      no_kernel("SUM", node.input(0));
  }
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kFloat32 ? 1 : 2; }

}  // namespace

const Op sum_op = {
    .name = "SUM",
    .summary = "Sum over some dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite =
        {.builtin = 74, .max_version = 2, .options_type = 27, .fields = reducer_fields(), .version = tflite_version},
};

}  // namespace thimble
