// ELU: x above 0, exp(x) - 1 below; Keras's ELU.
#include <cmath>

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/elu/elu_kernel.h"
#include "ops/lut.h"
#include "ops/op.h"

namespace thimble {
extern const Op elu_op;
extern const TrainKernels elu_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("elu", thimble_elu_f32))};
  return {real_table_call(node, [](float x) { return x < 0.0f ? std::exp(x) - 1.0f : x; })};
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require(config.real("alpha") == 1.0f, "alpha is {}; only 1 is supported", config.real("alpha"));
  return builder.activation(inputs[0], "elu");
}

const LayerCodec kLayers[] = {
    {.class_name = "ELU",
     .arguments = {{.kind = LayerArgument::Kind::kFloat, .name = "alpha", .default_value = 1.0}},
     .build = build}};

}  // namespace

const Op elu_op = {
    .name = "ELU",
    .summary = "x above 0, exp(x) - 1 below",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 111},
    .layers = kLayers,
    .train = &elu_train,
};

}  // namespace thimble
