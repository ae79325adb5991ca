// CONCATENATION: inputs joined along dimension `axis`; Keras's Concatenate.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op concatenation_op;
extern const TrainKernels concatenation_train;
namespace {

int axis_of(const NodeView& node) {
  return resolve_axis(node.attributes().integer("axis"), node.input(0).shape.size());
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& first = node.input(0);
  const auto axis = static_cast<std::size_t>(axis_of(node));
  std::int64_t total = 0;
  for (int i = 0; i < node.input_count(); ++i) {
    const Tensor& input = node.input(i);
    require_type(input, {first.type});
    Shape expected = first.shape;
    if (input.shape.size() == expected.size()) expected[axis] = input.shape[axis];
    require(input.shape == expected, "'{}' is {}, which does not fit '{}', {}", input.name, to_string(input.shape),
            first.name, to_string(first.shape));
    total += input.shape[axis];
  }
  require(total < (1 << 30), "the parts are too large");
  Shape shape = first.shape;
  shape[axis] = static_cast<int>(total);
  return {{first.type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  require(node.attributes().text("activation") == "NONE", "a fused activation is not supported");
  const int axis = axis_of(node);
  int offset = 0;
  std::vector<KernelCall> calls;
  for (int i = 0; i < node.input_count(); ++i) {
    if (node.input(i).quantization.present()) require_same_quantization(node.input(i), node.output(0));
    calls.push_back(part_call(node.graph(), node.output_id(0), node.input_id(i), axis, offset, false));
    offset += node.input(i).shape[static_cast<std::size_t>(axis)];
  }
  return calls;
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 3 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return builder.add("CONCATENATION", {inputs.begin(), inputs.end()},
                     {{"axis", std::int64_t{config.integer("axis")}}, {"activation", std::string("NONE")}});
}

const LayerCodec kLayers[] = {
    {.class_name = "Concatenate",
     .min_inputs = 2,
     .max_inputs = -1,
     .arguments = {{.kind = LayerArgument::Kind::kInt, .name = "axis", .default_value = std::int64_t{-1}, .least = -8}},
     .build = build}};

}  // namespace

const Op concatenation_op = {
    .name = "CONCATENATION",
    .summary = "Tensors joined along a dimension",
    .min_inputs = 1,
    .max_inputs = -1,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .inputs_like_output = true},
    .tflite = {.builtin = 2,
               .max_version = 7,
               .options_type = 10,
               .fields = {int_field(0, "axis"), activation_field(1)},
               .version = tflite_version},
    .layers = kLayers,
    .train = &concatenation_train,
};

}  // namespace thimble
