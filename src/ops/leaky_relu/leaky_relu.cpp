// LEAKY_RELU: x above 0, alpha * x below; Keras's LeakyReLU.
#include "ops/leaky_relu/leaky_relu_kernel.h"

#include <cmath>

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_leaky_relu_f32_params, count, alpha)
THIMBLE_PARAMS(thimble_leaky_relu_params, count, input_offset, positive, negative, sign, output_offset)

namespace thimble {
extern const Op leaky_relu_op;
extern const TrainKernels leaky_relu_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return infer_same(node);
}

thimble_leaky_relu_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  const float alpha = node.attributes().real("alpha");
  const float negative = input.scale() * alpha / output.scale();
  return {static_cast<std::int32_t>(input.elements()),
          -input.zero_point(),
          quantize_multiplier(double{input.scale() / output.scale()}),
          quantize_multiplier(std::abs(double{negative})),
          alpha < 0.0f ? -1 : 1,
          output.zero_point()};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  KernelCall call;
  if (node.input(0).type == Type::kFloat32) {
    const thimble_leaky_relu_f32_params params = {static_cast<std::int32_t>(node.input(0).elements()),
                                                  node.attributes().real("alpha")};
    call = kernel_call(KERNEL_OF("leaky_relu", thimble_leaky_relu_f32), params, operands);
  } else if (node.input(0).type == Type::kInt8) {
    call = kernel_call(KERNEL_OF("leaky_relu", thimble_leaky_relu_s8), int_params(node), operands);
  } else {
    call = kernel_call(KERNEL_OF("leaky_relu", thimble_leaky_relu_s16), int_params(node), operands);
  }
  call.in_place = {node.input_id(0)};
  return {call};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kFloat32 ? 1 : 2; }

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return builder.add("LEAKY_RELU", {inputs[0]}, {{"alpha", double{config.real("negative_slope")}}});
}

const LayerCodec kLayers[] = {
    {.class_name = "LeakyReLU",
     .arguments = {{.kind = LayerArgument::Kind::kFloat, .name = "negative_slope", .default_value = 0.3}},
     .build = build}};

}  // namespace

const Op leaky_relu_op = {
    .name = "LEAKY_RELU",
    .summary = "x above 0, alpha * x below",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true},
    .tflite = {.builtin = 98,
               .max_version = 2,
               .options_type = 75,
               .fields = {float_field(0, "alpha")},
               .version = tflite_version},
    .layers = kLayers,
    .train = &leaky_relu_train,
};

}  // namespace thimble
