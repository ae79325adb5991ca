// MAXIMUM: the greater of two operands, broadcast. Quantized operands and output have the same parameters.
#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/maximum/maximum_kernel.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_maximum_params, broadcast)

namespace thimble {
extern const Op maximum_op;
extern const TrainKernels maximum_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& a = node.input(0);
  require_type(a, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32});
  require_type(node.input(1), {a.type});
  return {{a.type, broadcast_shape(a.shape, node.input(1).shape)}};
}

KernelCall lower_call(const NodeView& node) {
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  const thimble_maximum_params params = {broadcast_of(node)};
  switch (node.input(0).type) {
    case Type::kFloat32:
      return kernel_call(KERNEL_OF("maximum", thimble_maximum_f32), params, operands);
    case Type::kInt8:
      return kernel_call(KERNEL_OF("maximum", thimble_maximum_s8), params, operands);
    case Type::kUint8:
      return kernel_call(KERNEL_OF("maximum", thimble_maximum_u8), params, operands);
    case Type::kInt16:
      return kernel_call(KERNEL_OF("maximum", thimble_maximum_s16), params, operands);
    case Type::kInt32:
      return kernel_call(KERNEL_OF("maximum", thimble_maximum_s32), params, operands);
    default:
      no_kernel("MAXIMUM", node.input(0));
  }
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  KernelCall call = lower_call(node);
  call.in_place = overwritable_inputs(node);
  return {call};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

TensorId build(LayerBuilder& builder, const Attributes&, std::span<const TensorId> inputs) {
  TensorId result = inputs[0];
  for (const TensorId input : inputs.subspan(1)) result = builder.add("MAXIMUM", {result, input}, {});
  return result;
}

const LayerCodec kLayers[] = {{.class_name = "Maximum", .min_inputs = 2, .max_inputs = -1, .build = build}};

}  // namespace

const Op maximum_op = {
    .name = "MAXIMUM",
    .summary = "The greater of two elements, with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .inputs_like_output = true},
    .tflite = {.builtin = 55, .max_version = 4, .options_type = 39, .version = tflite_version},
    .layers = kLayers,
    .train = &maximum_train,
};

}  // namespace thimble
