// SUB: two operands, broadcast; Keras's Subtract.
#include <algorithm>

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/sub/sub_kernel.h"
#include "ops/sum_avr.h"

THIMBLE_PARAMS(thimble_sub_f32_params, broadcast, output_min, output_max)
THIMBLE_PARAMS(thimble_sub_s32_params, broadcast)
THIMBLE_PARAMS(thimble_sub_params, broadcast, left_shift, offset_a, offset_b, requant_a, requant_b, requant_output,
               output_offset, output_min, output_max)

namespace thimble {
extern const Op sub_op;
extern const TrainKernels sub_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& a = node.input(0);
  require_type(a, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32});
  require_type(node.input(1), {a.type});
  return {{a.type, broadcast_shape(a.shape, node.input(1).shape)}};
}

thimble_sub_params int_params(const NodeView& node) {
  const Tensor& a = node.input(0);
  const Tensor& b = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&a, &b, &output}) require_per_tensor(*tensor);
  const int left_shift = output.type == Type::kInt16 ? 15 : 20;
  const double common = 2.0 * std::max(a.scale(), b.scale());
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  return {broadcast_of(node),
          left_shift,
          -a.zero_point(),
          -b.zero_point(),
          quantize_multiplier(a.scale() / common),
          quantize_multiplier(b.scale() / common),
          quantize_multiplier(common / ((1 << left_shift) * double{output.scale()})),
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
      const thimble_sub_f32_params params = {broadcast_of(node), range.min, range.max};
      return kernel_call(KERNEL_OF("sub", thimble_sub_f32), params, operands);
    }
    case Type::kInt32:
      require(activation == "NONE", "a fused activation of int32 is not supported");
      return kernel_call(KERNEL_OF("sub", thimble_sub_s32), thimble_sub_s32_params{broadcast_of(node)}, operands);
    case Type::kInt8:
      return kernel_call(KERNEL_OF("sub", thimble_sub_s8), int_params(node), operands);
    case Type::kUint8:
      return kernel_call(KERNEL_OF("sub", thimble_sub_u8), int_params(node), operands);
    case Type::kInt16:
      return kernel_call(KERNEL_OF("sub", thimble_sub_s16), int_params(node), operands);
    default:
      no_kernel("SUB", node.input(0));
  }
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  KernelCall call = lower_call(node);
  if (node.input(0).type == Type::kInt8) call = sum_avr(node, int_params(node), -1, options).value_or(call);
  call.in_place = overwritable_inputs(node);
  return {call};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

TensorId build(LayerBuilder& builder, const Attributes&, std::span<const TensorId> inputs) {
  return builder.add("SUB", {inputs[0], inputs[1]}, {{"activation", std::string("NONE")}});
}

const LayerCodec kLayers[] = {{.class_name = "Subtract", .min_inputs = 2, .max_inputs = 2, .build = build}};

}  // namespace

const Op sub_op = {
    .name = "SUB",
    .summary = "Elementwise difference with broadcasting and fused activation",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true},
    .tflite = {.builtin = 41,
               .max_version = 5,
               .options_type = 28,
               .fields = {activation_field(0), bool_field(1, "pot_scale_int16", true)},
               .version = tflite_version},
    .layers = kLayers,
    .train = &sub_train,
};

}  // namespace thimble
