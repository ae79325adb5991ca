// UNPACK: input 0 cut along dimension `axis` into `num` outputs without that dimension.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op unpack_op;
namespace {

std::size_t axis_of(const NodeView& node) {
  return static_cast<std::size_t>(resolve_axis(node.attributes().integer("axis"), node.input(0).shape.size()));
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  const std::size_t axis = axis_of(node);
  require(node.attributes().integer("num") == input.shape[axis], "{} outputs of dimension {} of {}",
          node.attributes().integer("num"), axis, to_string(input.shape));
  Shape shape = input.shape;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return std::vector<TensorSpec>(static_cast<std::size_t>(input.shape[axis]), TensorSpec{input.type, shape});
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::size_t axis = axis_of(node);
  const std::vector<std::int64_t> strides = strides_of(node.input(0).shape);
  std::vector<KernelCall> calls;
  for (int i = 0; i < node.output_count(); ++i) {
    const std::vector<std::int64_t> output_strides = strides_of(node.output(i).shape);
    std::vector<MoveAxis> axes;
    for (std::size_t d = 0; d < output_strides.size(); ++d) {
      axes.push_back({node.output(i).shape[d], strides[d < axis ? d : d + 1], output_strides[d]});
    }
    calls.push_back(move_call(node.graph(), node.input_id(0), node.output_id(i), i * strides[axis], 0, axes));
  }
  return calls;
}

}  // namespace

const Op unpack_op = {
    .name = "UNPACK",
    .summary = "A tensor cut into slices along a dimension",
    .outputs = -1,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 88,
               .max_version = 6,
               .options_type = 64,
               .fields = {int_field(0, "num"), int_field(1, "axis")}},
};

}  // namespace thimble
