// TRANSPOSE in training: a table says where each output of a sample comes from.
#include <memory>
#include <vector>

#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const TrainKernels transpose_train;
namespace {

using Table = std::vector<std::size_t>;

Table sources(const NodeView& node) {
  const Shape& input = node.input(0).shape;
  std::vector<std::size_t> strides(input.size(), 1);
  for (std::size_t d = input.size(); d-- > 1;) strides[d - 1] = strides[d] * static_cast<std::size_t>(input[d]);
  Table table = {0};
  for (const int given : integers_of(node.input(1))) {
    const auto axis = static_cast<std::size_t>(resolve_axis(given, input.size()));
    Table next;
    for (const std::size_t offset : table) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(input[axis]); ++i)
        next.push_back(offset + i * strides[axis]);
    }
    table = std::move(next);
  }
  return table;
}

TrainCall compile(const NodeView& node, int) {
  require(integers_of(node.input(1))[0] == 0, "a transposed batch cannot be trained through");
  const auto table = std::make_shared<const Table>(sources(node));
  return {.forward =
              [table](const TrainBuffers& buffers) {
                const std::size_t size = table->size();
                for (std::size_t sample = 0; sample < static_cast<std::size_t>(buffers.batch); ++sample) {
                  const float* from = buffers.inputs[0] + sample * size;
                  float* to = buffers.output + sample * size;
                  for (std::size_t i = 0; i < size; ++i) to[i] = from[(*table)[i]];
                }
              },
          .backward =
              [table](const TrainBuffers& buffers) {
                const std::size_t size = table->size();
                for (std::size_t sample = 0; sample < static_cast<std::size_t>(buffers.batch); ++sample) {
                  const float* from = buffers.output_gradient + sample * size;
                  float* to = buffers.input_gradients[0] + sample * size;
                  for (std::size_t i = 0; i < size; ++i) to[(*table)[i]] = from[i];
                }
              }};
}

}  // namespace

const TrainKernels transpose_train = {compile};

}  // namespace thimble
