// PADV2: input 0 with the one element of input 2 around it, as often as the constant input 1 [rank, 2] says.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"
#include "ops/paddings.h"

namespace thimble {
extern const Op padv2_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& value = node.input(2);
  require_type(value, {input.type});
  require(value.elements() == 1, "'{}' is {}, expected one value", value.name, to_string(value.shape));
  return {{input.type, padded_shape(input.shape, paddings_of(node, 1))}};
}

/// The value everywhere, then the input in its place.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& value = node.input(2);
  if (value.quantization.present()) require_same_quantization(value, node.output(0));
  const std::vector<Padding> paddings = paddings_of(node, 1);
  const Shape& shape = node.input(0).shape;
  const std::vector<std::int64_t> from = strides_of(shape);
  const std::vector<std::int64_t> to = strides_of(node.output(0).shape);
  std::vector<MoveAxis> axes;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    axes.push_back({shape[i], from[i], to[i]});
    start += to[i] * paddings[i].before;
  }
  const int count = static_cast<int>(node.output(0).elements());
  return {move_call(node.graph(), node.input_id(2), node.output_id(0), 0, 0, {{count, 0, 1}}),
          move_call(node.graph(), node.input_id(0), node.output_id(0), 0, start, axes)};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace

const Op padv2_op = {
    .name = "PADV2",
    .summary = "One value around a tensor",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 60, .max_version = 6, .options_type = 43, .version = tflite_version},
};

}  // namespace thimble
