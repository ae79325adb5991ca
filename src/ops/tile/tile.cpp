// TILE: input 0, repeated along each dimension as often as the constant input 1 says.
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op tile_op;
namespace {

/// When the multiples are computed, those that lead to the output in the file: a pass may make them constant later.
std::vector<int> multiples(const NodeView& node) {
  if (node.input(1).constant()) return integers_of(node.input(1));
  require(node.has_output(0) && node.output(0).shape.size() == node.input(0).shape.size(),
          "the multiples '{}' depend on data; only static shapes are supported", node.input(1).name);
  std::vector<int> result;
  for (std::size_t i = 0; i < node.input(0).shape.size(); ++i) {
    const int size = node.input(0).shape[i];
    result.push_back(size > 0 ? node.output(0).shape[i] / size : 1);
  }
  return result;
}

std::vector<TensorSpec> infer(const NodeView& node) {
  Shape shape = node.input(0).shape;
  const std::vector<int> times = multiples(node);
  require(times.size() == shape.size(), "{} multiples for {} dimensions", times.size(), shape.size());
  std::int64_t count = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    require(times[i] >= 0, "a multiple of {}", times[i]);
    const std::int64_t size = std::int64_t{shape[i]} * times[i];
    count *= size;
    require(size < (1 << 28) && count < (1 << 28), "a multiple of {} makes the output too large", times[i]);
    shape[i] = static_cast<int>(size);
  }
  return {{node.input(0).type, shape}};
}

/// Each dimension is two loops: over the copies, and within one.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& input = node.input(0).shape;
  const std::vector<std::int64_t> from = strides_of(input);
  const std::vector<std::int64_t> to = strides_of(node.output(0).shape);
  std::vector<MoveAxis> axes;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const int copies = input[i] > 0 ? node.output(0).shape[i] / input[i] : 0;
    axes.push_back({copies, 0, to[i] * input[i]});
    axes.push_back({input[i], from[i], to[i]});
  }
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), 0, 0, axes)};
}

}  // namespace

const Op tile_op = {
    .name = "TILE",
    .summary = "A tensor, repeated along its dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 69, .max_version = 3, .options_type = 51},
};

}  // namespace thimble
