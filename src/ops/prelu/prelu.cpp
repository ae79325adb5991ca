// PRELU: x above 0, alpha * x below; input 1, alpha, is broadcast to input 0. Keras's PReLU.
#include "ops/prelu/prelu_kernel.h"

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_prelu_f32_params, broadcast)
THIMBLE_PARAMS(thimble_prelu_params, broadcast, input_offset, alpha_offset, positive, negative, output_offset)

namespace thimble {
extern const Op prelu_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kInt16});
  require_type(node.input(1), {input.type == Type::kFloat32 ? Type::kFloat32 : Type::kInt8});
  return {{input.type, broadcast_shape(input.shape, node.input(1).shape)}};
}

thimble_prelu_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& alpha = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&input, &alpha, &output}) require_per_tensor(*tensor);
  return {broadcast_of(node),
          -input.zero_point(),
          -alpha.zero_point(),
          quantize_multiplier(double{input.scale()} / double{output.scale()}),
          quantize_multiplier(double{input.scale()} * double{alpha.scale()} / double{output.scale()}),
          output.zero_point()};
}

KernelCall lower_call(const NodeView& node) {
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  if (node.input(0).type == Type::kFloat32) {
    return kernel_call(KERNEL_OF("prelu", thimble_prelu_f32), thimble_prelu_f32_params{broadcast_of(node)}, operands);
  }
  if (node.input(0).type == Type::kInt8) {
    return kernel_call(KERNEL_OF("prelu", thimble_prelu_s8), int_params(node), operands);
  }
  return kernel_call(KERNEL_OF("prelu", thimble_prelu_s16), int_params(node), operands);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  KernelCall call = lower_call(node);
  if (node.input(0).elements() == node.output(0).elements()) call.in_place = {node.input_id(0)};
  return {call};
}

}  // namespace

const Op prelu_op = {
    .name = "PRELU",
    .summary = "x above 0, alpha * x below, with a tensor alpha",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 54},
};

}  // namespace thimble
