// REVERSE_V2: input 0, backwards along the axes that the constant input 1 lists.
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op reverse_v2_op;
extern const TrainKernels reverse_v2_train;
extern const LayerCodec bidirectional_layers[1];
namespace {

std::vector<bool> reversed_dimensions(const NodeView& node) {
  const std::size_t rank = node.input(0).shape.size();
  std::vector<bool> reversed(rank, false);
  for (const int axis : integers_of(node.input(1))) reversed[static_cast<std::size_t>(resolve_axis(axis, rank))] = true;
  return reversed;
}

std::vector<TensorSpec> infer(const NodeView& node) {
  reversed_dimensions(node);
  return {{node.input(0).type, node.input(0).shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& shape = node.input(0).shape;
  const std::vector<bool> reversed = reversed_dimensions(node);
  const std::vector<std::int64_t> strides = strides_of(shape);
  std::vector<MoveAxis> axes;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (reversed[i] && shape[i] > 0) start += strides[i] * (shape[i] - 1);
    axes.push_back({shape[i], reversed[i] ? -strides[i] : strides[i], strides[i]});
  }
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), start, 0, axes)};
}

}  // namespace

const Op reverse_v2_op = {
    .name = "REVERSE_V2",
    .summary = "A tensor, backwards along some dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 105, .max_version = 4, .options_type = 81},
    .layers = bidirectional_layers,
    .train = &reverse_v2_train,
};

}  // namespace thimble
