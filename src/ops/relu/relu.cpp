// RELU as a node of its own; Keras's ReLU and Activation.
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize_call.h"

namespace thimble {
extern const Op relu_op;
extern const TrainKernels relu_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  return {{node.input(0).type, node.input(0).shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return relu_calls(node, "RELU"); }

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kFloat32 ? 1 : 2; }

TensorId build_relu(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const bool limited = config.has("max_value");
  const float slope = config.real("negative_slope");
  require(config.real("threshold") == 0.0f, "threshold is {}; it must be 0", config.real("threshold"));
  if (limited && config.real("max_value") == 6.0f && slope == 0.0f) return builder.activation(inputs[0], "relu6");
  const TensorId result = slope == 0.0f ? builder.activation(inputs[0], "relu")
                                        : builder.add("LEAKY_RELU", {inputs[0]}, {{"alpha", double{slope}}});
  return limited ? builder.add("MINIMUM", {result, builder.constant({config.real("max_value")})}, {}) : result;
}

TensorId build_activation(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return builder.activation(inputs[0], config.text("activation"));
}

using Kind = LayerArgument::Kind;
const LayerCodec kLayers[] = {
    {.class_name = "ReLU",
     .arguments = {{.kind = Kind::kFloat, .name = "max_value", .optional = true},
                   {.kind = Kind::kFloat, .name = "negative_slope", .default_value = 0.0},
                   {.kind = Kind::kFloat, .name = "threshold", .default_value = 0.0}},
     .build = build_relu},
    {.class_name = "Activation",
     .arguments = {{.kind = Kind::kText, .name = "activation", .required = true, .choices = kLayerActivations}},
     .build = build_activation}};

}  // namespace

const Op relu_op = {
    .name = "RELU",
    .summary = "max(x, 0)",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true},
    .tflite = {.builtin = 19, .max_version = 3, .version = tflite_version},
    .layers = kLayers,
    .train = &relu_train,
};

}  // namespace thimble
