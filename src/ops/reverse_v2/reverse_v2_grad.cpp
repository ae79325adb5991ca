// REVERSE_V2 in training: the elements of a sample change places.
#include <algorithm>

#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const TrainKernels reverse_v2_train;
namespace {

/// For each element of the output, its place in the input.
std::vector<std::size_t> places(const NodeView& node) {
  const Shape& shape = node.input(0).shape;
  std::vector<bool> reversed(shape.size(), false);
  for (const int axis : integers_of(node.input(1))) {
    reversed[static_cast<std::size_t>(resolve_axis(axis, shape.size()))] = true;
  }
  require(!reversed[0], "the samples of a batch cannot be reversed in training");
  std::vector<std::size_t> result(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::size_t rest = i, stride = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const auto extent = static_cast<std::size_t>(shape[axis]);
      const std::size_t position = rest % extent;
      result[i] += (reversed[axis] ? extent - 1 - position : position) * stride;
      rest /= extent;
      stride *= extent;
    }
  }
  return result;
}

TrainCall compile(const NodeView& node, int) {
  const std::vector<std::size_t> from = places(node);
  const auto move = [from](int batch, const float* input, float* output) {
    for (int b = 0; b < batch; ++b, input += from.size()) {
      for (const std::size_t place : from) *output++ = input[place];
    }
  };
  return {.forward = [move](const TrainBuffers& b) { move(b.batch, b.inputs[0], b.output); },
          .backward =
              [move](const TrainBuffers& b) {  // reversing twice changes nothing
                if (b.input_gradients[0]) move(b.batch, b.output_gradient, b.input_gradients[0]);
              },
          .reads_inputs = false,
          .reads_output = false};
}

}  // namespace

const TrainKernels reverse_v2_train = {compile};

}  // namespace thimble
