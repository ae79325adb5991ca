// MUL: two operands, broadcast; Keras's Multiply.
#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/mul/mul_avr.h"
#include "ops/mul/mul_kernel.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_mul_f32_params, broadcast, output_min, output_max)
THIMBLE_PARAMS(thimble_mul_s32_params, broadcast)
THIMBLE_PARAMS(thimble_mul_params, broadcast, offset_a, offset_b, requant, output_offset, output_min, output_max)

namespace thimble {
extern const Op mul_op;
extern const TrainKernels mul_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& a = node.input(0);
  require_type(a, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32});
  require_type(node.input(1), {a.type});
  return {{a.type, broadcast_shape(a.shape, node.input(1).shape)}};
}

thimble_mul_params int_params(const NodeView& node) {
  const Tensor& a = node.input(0);
  const Tensor& b = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&a, &b, &output}) require_per_tensor(*tensor);
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  return {broadcast_of(node),
          -a.zero_point(),
          -b.zero_point(),
          quantize_multiplier(double{a.scale()} * double{b.scale()} / double{output.scale()}),
          output.zero_point(),
          range.min,
          range.max};
}

KernelCall lower_call(const NodeView& node) {
  const std::string& activation = node.attributes().text("activation");
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  switch (node.input(0).type) {
    case Type::kFloat32: {
      const FloatRange range = activation_range(activation);
      const thimble_mul_f32_params params = {broadcast_of(node), range.min, range.max};
      return kernel_call(KERNEL_OF("mul", thimble_mul_f32), params, operands);
    }
    case Type::kInt32:
      require(activation == "NONE", "a fused activation of int32 is not supported");
      return kernel_call(KERNEL_OF("mul", thimble_mul_s32), thimble_mul_s32_params{broadcast_of(node)}, operands);
    case Type::kInt8:
      return kernel_call(KERNEL_OF("mul", thimble_mul_s8), int_params(node), operands);
    case Type::kUint8:
      return kernel_call(KERNEL_OF("mul", thimble_mul_u8), int_params(node), operands);
    case Type::kInt16:
      return kernel_call(KERNEL_OF("mul", thimble_mul_s16), int_params(node), operands);
    default:
      no_kernel("MUL", node.input(0));
  }
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  KernelCall call = lower_call(node);
  if (node.input(0).type == Type::kInt8) call = mul_avr(node, int_params(node), options).value_or(call);
  call.in_place = overwritable_inputs(node);
  return {call};
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 4 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes&, std::span<const TensorId> inputs) {
  TensorId product = inputs[0];
  for (const TensorId input : inputs.subspan(1)) {
    product = builder.add("MUL", {product, input}, {{"activation", std::string("NONE")}});
  }
  return product;
}

const LayerCodec kLayers[] = {{.class_name = "Multiply", .min_inputs = 2, .max_inputs = -1, .build = build}};

}  // namespace

const Op mul_op = {
    .name = "MUL",
    .summary = "Elementwise product with broadcasting and fused activation",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true},
    .tflite = {.builtin = 18,
               .max_version = 8,
               .options_type = 21,
               .fields = {activation_field(0)},
               .version = tflite_version},
    .layers = kLayers,
    .train = &mul_train,
};

}  // namespace thimble
