// PACK: inputs of one shape stacked along a new dimension, `axis`.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op pack_op;
namespace {

int axis_of(const NodeView& node) {
  return resolve_axis(node.attributes().integer("axis"), node.input(0).shape.size() + 1);
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& first = node.input(0);
  for (int i = 1; i < node.input_count(); ++i) {
    require_type(node.input(i), {first.type});
    require(node.input(i).shape == first.shape, "'{}' is {}, but '{}' is {}", node.input(i).name,
            to_string(node.input(i).shape), first.name, to_string(first.shape));
  }
  Shape shape = first.shape;
  shape.insert(shape.begin() + axis_of(node), node.input_count());
  return {{first.type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::size_t axis = static_cast<std::size_t>(axis_of(node));
  const std::vector<std::int64_t> input_strides = strides_of(node.input(0).shape);
  const std::vector<std::int64_t> output_strides = strides_of(node.output(0).shape);
  std::vector<MoveAxis> axes;
  for (std::size_t i = 0; i < input_strides.size(); ++i) {
    axes.push_back({node.input(0).shape[i], input_strides[i], output_strides[i < axis ? i : i + 1]});
  }
  std::vector<KernelCall> calls;
  for (int i = 0; i < node.input_count(); ++i) {
    calls.push_back(move_call(node.graph(), node.input_id(i), node.output_id(0), 0, i * output_strides[axis], axes));
  }
  return calls;
}

}  // namespace

const Op pack_op = {
    .name = "PACK",
    .summary = "Tensors stacked along a new dimension",
    .min_inputs = 1,
    .max_inputs = -1,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .inputs_like_output = true},
    .tflite = {.builtin = 83,
               .max_version = 5,
               .options_type = 59,
               .fields = {int_field(0, "values_count"), int_field(1, "axis")}},
};

}  // namespace thimble
