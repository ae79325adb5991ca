// TRANSPOSE: dimension i of the output is dimension perm[i] of input 0; input 1, perm, is constant.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op transpose_op;
extern const TrainKernels transpose_train;
namespace {

std::vector<int> permutation_of(const NodeView& node) {
  const std::size_t rank = node.input(0).shape.size();
  std::vector<int> permutation = integers_of(node.input(1));
  require(permutation.size() == rank, "a permutation of {} for {} dimensions", permutation.size(), rank);
  std::vector<bool> seen(rank, false);
  for (int& axis : permutation) {
    axis = resolve_axis(axis, rank);
    require(!seen[static_cast<std::size_t>(axis)], "axis {} is named twice", axis);
    seen[static_cast<std::size_t>(axis)] = true;
  }
  return permutation;
}

std::vector<TensorSpec> infer(const NodeView& node) {
  Shape shape;
  for (const int axis : permutation_of(node)) shape.push_back(node.input(0).shape[static_cast<std::size_t>(axis)]);
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<std::int64_t> input_strides = strides_of(node.input(0).shape);
  const std::vector<std::int64_t> output_strides = strides_of(node.output(0).shape);
  const std::vector<int> permutation = permutation_of(node);
  std::vector<MoveAxis> axes;
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    axes.push_back(
        {node.output(0).shape[i], input_strides[static_cast<std::size_t>(permutation[i])], output_strides[i]});
  }
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), 0, 0, axes)};
}

}  // namespace

const Op transpose_op = {
    .name = "TRANSPOSE",
    .summary = "The dimensions in another order",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 39, .max_version = 9, .options_type = 26},
    .train = &transpose_train,
};

}  // namespace thimble
