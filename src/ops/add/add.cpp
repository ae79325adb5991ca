// ADD: two operands, broadcast; Keras's Add and Average.
#include <algorithm>

#include "ops/add/add_dsp.h"
#include "ops/add/add_host.h"
#include "ops/add/add_kernel.h"
#include "ops/add/add_mve.h"
#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/sum_avr.h"

THIMBLE_PARAMS(thimble_add_f32_params, broadcast, output_min, output_max)
THIMBLE_PARAMS(thimble_add_s32_params, broadcast)
THIMBLE_PARAMS(thimble_add_params, broadcast, left_shift, offset_a, offset_b, requant_a, requant_b, requant_output,
               output_offset, output_min, output_max)

namespace thimble {
extern const Op add_op;
extern const TrainKernels add_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& a = node.input(0);
  require_type(a, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32});
  require_type(node.input(1), {a.type});
  return {{a.type, broadcast_shape(a.shape, node.input(1).shape)}};
}

thimble_add_params int_params(const NodeView& node) {
  const Tensor& a = node.input(0);
  const Tensor& b = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&a, &b, &output}) require_per_tensor(*tensor);
  const int left_shift = output.type == Type::kInt16 ? 15 : 20;
  const double common = 2.0 * double{std::max(a.scale(), b.scale())};
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  return {broadcast_of(node),
          left_shift,
          -a.zero_point(),
          -b.zero_point(),
          quantize_multiplier(double{a.scale()} / common),
          quantize_multiplier(double{b.scale()} / common),
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
      const thimble_add_f32_params params = {broadcast_of(node), range.min, range.max};
      KernelCall call = kernel_call(KERNEL_OF("add", thimble_add_f32), params, operands);
      call.host = add_host(params);
      return call;
    }
    case Type::kInt32:
      require(activation == "NONE", "a fused activation of int32 is not supported");
      return kernel_call(KERNEL_OF("add", thimble_add_s32), thimble_add_s32_params{broadcast_of(node)}, operands);
    case Type::kInt8: {
      KernelCall call = kernel_call(KERNEL_OF("add", thimble_add_s8), int_params(node), operands);
      call.host = add_host(int_params(node));
      return call;
    }
    case Type::kUint8:
      return kernel_call(KERNEL_OF("add", thimble_add_u8), int_params(node), operands);
    case Type::kInt16:
      return kernel_call(KERNEL_OF("add", thimble_add_s16), int_params(node), operands);
    default:
      no_kernel("ADD", node.input(0));
  }
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  KernelCall call = lower_call(node);
  const Type type = node.input(0).type;
  if (type == Type::kInt8 || type == Type::kInt16) {
    const thimble_add_params params = int_params(node);
    if (type == Type::kInt8) call = sum_avr(node, params, 1, options).value_or(call);
    call = add_mve(node, params, options).value_or(add_dsp(node, params, options).value_or(call));
  }
  call.in_place = overwritable_inputs(node);
  return {call};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

TensorId build(LayerBuilder& builder, const Attributes&, std::span<const TensorId> inputs) {
  TensorId sum = inputs[0];
  for (const TensorId input : inputs.subspan(1)) {
    sum = builder.add("ADD", {sum, input}, {{"activation", std::string("NONE")}});
  }
  return sum;
}

TensorId build_average(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const TensorId share = builder.constant({1.0f / static_cast<float>(inputs.size())});
  return builder.add("MUL", {build(builder, config, inputs), share}, {{"activation", std::string("NONE")}});
}

const LayerCodec kLayers[] = {{.class_name = "Add", .min_inputs = 2, .max_inputs = -1, .build = build},
                              {.class_name = "Average", .min_inputs = 2, .max_inputs = -1, .build = build_average}};

}  // namespace

const Op add_op = {
    .name = "ADD",
    .summary = "Elementwise sum with broadcasting and fused activation",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true},
    .tflite = {.builtin = 0,
               .max_version = 6,
               .options_type = 11,
               .fields = {activation_field(0), bool_field(1, "pot_scale_int16", true)},
               .version = tflite_version},
    .layers = kLayers,
    .train = &add_train,
};

}  // namespace thimble
