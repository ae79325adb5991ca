// PAD in training: a table says where in the output each input is.
#include <algorithm>
#include <memory>

#include "ops/op.h"

namespace thimble {
extern const TrainKernels pad_train;
namespace {

struct Plan {
  std::vector<std::size_t> place;  // for each element of a sample of the input, the element of the output
  std::size_t outputs;             // elements of a sample of the output
};

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const auto batch = static_cast<std::size_t>(buffers.batch);
  std::fill_n(buffers.output, batch * plan.outputs, 0.0f);
  for (std::size_t sample = 0; sample < batch; ++sample) {
    const float* input = buffers.inputs[0] + sample * plan.place.size();
    float* output = buffers.output + sample * plan.outputs;
    for (std::size_t i = 0; i < plan.place.size(); ++i) output[plan.place[i]] = input[i];
  }
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  for (std::size_t sample = 0; sample < static_cast<std::size_t>(buffers.batch); ++sample) {
    float* input = buffers.input_gradients[0] + sample * plan.place.size();
    const float* output = buffers.output_gradient + sample * plan.outputs;
    for (std::size_t i = 0; i < plan.place.size(); ++i) input[i] = output[plan.place[i]];
  }
}

TrainCall compile(const NodeView& node, int) {
  const Shape& shape = node.input(0).shape;
  const std::vector<int> paddings = integers_of(node.input(1));
  require(paddings[0] == 0 && paddings[1] == 0, "padding of the batch cannot be trained through");
  auto plan = std::make_shared<Plan>();
  plan->place = {0};
  for (std::size_t d = 1; d < shape.size(); ++d) {
    const auto before = static_cast<std::size_t>(paddings[2 * d]);
    const auto size = static_cast<std::size_t>(shape[d]);
    const std::size_t padded = before + size + static_cast<std::size_t>(paddings[2 * d + 1]);
    std::vector<std::size_t> next;
    for (const std::size_t place : plan->place) {
      for (std::size_t i = 0; i < size; ++i) next.push_back(place * padded + before + i);
    }
    plan->place = std::move(next);
  }
  plan->outputs = static_cast<std::size_t>(node.output(0).elements());
  return {.forward = [plan](const TrainBuffers& buffers) { forward(*plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(*plan, buffers); }};
}

}  // namespace

const TrainKernels pad_train = {compile};

}  // namespace thimble
