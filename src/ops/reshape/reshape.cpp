// RESHAPE: input 0 in another shape, which a constant input 1 or the attribute new_shape gives; Keras's Flatten and
// Reshape.
#include <algorithm>

#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/op.h"

namespace thimble {
extern const Op reshape_op;
extern const TrainKernels reshape_train;
namespace {

/// `wanted` with its -1, if any, replaced so that it has `count` elements. Throws InputError when that cannot be.
Shape complete(Shape wanted, std::int64_t count) {
  const std::string text = to_string(wanted);
  std::int64_t known = 1;
  for (const int dimension : wanted) {
    require(dimension >= -1, "a dimension of {} in the new shape", dimension);
    if (dimension >= 0) known *= dimension;
    require(known <= count, "the new shape {} has more than the input's {} elements", text, count);
  }
  const auto unknown = std::find(wanted.begin(), wanted.end(), -1);
  if (unknown != wanted.end()) {
    require(known > 0 && std::find(unknown + 1, wanted.end(), -1) == wanted.end(), "the new shape {} is ambiguous",
            text);
    *unknown = static_cast<int>(count / known);
    known *= *unknown;
  }
  require(known == count, "the new shape {} does not have the input's {} elements", text, count);
  return wanted;
}

/// As the attribute gives it; old files write [0] for a scalar.
Shape shape_attribute(const NodeView& node) {
  const Attributes& attributes = node.attributes();
  const Shape shape = attributes.has("new_shape") ? attributes.integers("new_shape") : Shape{};
  return shape == Shape{0} ? Shape{} : shape;
}

Shape new_shape(const NodeView& node) {
  const std::int64_t count = node.input(0).elements();
  if (!node.has_input(1)) return complete(shape_attribute(node), count);
  if (node.input(1).constant()) return complete(integers_of(node.input(1)), count);
  // The shape is computed: passes may make it constant later, until then the file's word counts.
  if (node.has_output(0) && node.output(0).elements() == count) return node.output(0).shape;
  const Shape hint = shape_attribute(node);
  require(!hint.empty(), "the new shape depends on data; only static shapes are supported");
  return complete(hint, count);
}

std::vector<TensorSpec> infer(const NodeView& node) { return {{node.input(0).type, new_shape(node)}}; }

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return {copy_call(node)}; }

/// Of one sample; the batch is left to TFLite.
TensorId add_reshape(LayerBuilder& builder, TensorId input, std::vector<int> shape) {
  shape.insert(shape.begin(), -1);
  return builder.add("RESHAPE", {input, builder.integers(shape)}, {});
}

TensorId build_flatten(LayerBuilder& builder, const Attributes&, std::span<const TensorId> inputs) {
  const Tensor& input = builder.tensor(inputs[0]);
  require(!input.shape.empty() && input.shape[0] > 0, "the input has no batch dimension");
  return add_reshape(builder, inputs[0], {static_cast<int>(input.elements() / input.shape[0])});
}

TensorId build_reshape(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Tensor& input = builder.tensor(inputs[0]);
  require(!input.shape.empty() && input.shape[0] > 0, "the input has no batch dimension");
  return add_reshape(builder, inputs[0], complete(config.integers("target_shape"), input.elements() / input.shape[0]));
}

const LayerCodec kLayers[] = {
    {.class_name = "Flatten", .build = build_flatten},
    {.class_name = "Reshape",
     .arguments = {{.kind = LayerArgument::Kind::kInts, .name = "target_shape", .required = true, .least = -1}},
     .build = build_reshape}};

}  // namespace

const Op reshape_op = {
    .name = "RESHAPE",
    .summary = "The same elements in another shape",
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 22, .options_type = 17, .fields = {ints_field(0, "new_shape")}},
    .layers = kLayers,
    .train = &reshape_train,
};

}  // namespace thimble
