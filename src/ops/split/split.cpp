// SPLIT: input 1 cut into `num_splits` equal parts along the dimension that the constant input 0 names.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op split_op;
namespace {

int axis_of(const NodeView& node) {
  const std::vector<int> axis = integers_of(node.input(0));
  require(axis.size() == 1, "{} axes, expected one", axis.size());
  return resolve_axis(axis[0], node.input(1).shape.size());
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(1);
  const int count = node.attributes().integer("num_splits");
  Shape shape = input.shape;
  int& size = shape[static_cast<std::size_t>(axis_of(node))];
  require(count > 0 && count <= 1024 && size % count == 0, "a dimension of {} cannot be split into {} parts", size,
          count);
  size /= count;
  return std::vector<TensorSpec>(static_cast<std::size_t>(count), TensorSpec{input.type, shape});
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const int axis = axis_of(node);
  const int size = node.output(0).shape[static_cast<std::size_t>(axis)];
  std::vector<KernelCall> calls;
  for (int i = 0; i < node.output_count(); ++i) {
    calls.push_back(part_call(node.graph(), node.input_id(1), node.output_id(i), axis, i * size, true));
  }
  return calls;
}

}  // namespace

const Op split_op = {
    .name = "SPLIT",
    .summary = "A tensor cut into equal parts along a dimension",
    .min_inputs = 2,
    .max_inputs = 2,
    .outputs = -1,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput, .data_input = 1},
    .tflite = {.builtin = 49, .max_version = 5, .options_type = 35, .fields = {int_field(0, "num_splits")}},
};

}  // namespace thimble
