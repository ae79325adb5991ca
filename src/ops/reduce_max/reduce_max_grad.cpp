// REDUCE_MAX in training: a table says which output each input counts for. The gradient goes to the first of the
// greatest.
#include <algorithm>
#include <limits>
#include <memory>

#include "ops/op.h"
#include "ops/train_reduction.h"

namespace thimble {
extern const TrainKernels reduce_max_train;
namespace {

struct Plan {
  std::vector<std::size_t> target;  // for each element of a sample of the input, the element of the output
  std::size_t outputs;              // elements of a sample of the output
};

/// The workspace keeps which element of the sample was the greatest; floats hold such numbers exactly.
void forward(const Plan& plan, const TrainBuffers& buffers) {
  for (std::size_t sample = 0; sample < static_cast<std::size_t>(buffers.batch); ++sample) {
    const float* input = buffers.inputs[0] + sample * plan.target.size();
    float* output = buffers.output + sample * plan.outputs;
    float* greatest = buffers.workspace + sample * plan.outputs;
    std::fill_n(output, plan.outputs, -std::numeric_limits<float>::infinity());
    std::fill_n(greatest, plan.outputs, 0.0f);
    for (std::size_t i = 0; i < plan.target.size(); ++i) {
      if (!(input[i] > output[plan.target[i]])) continue;
      output[plan.target[i]] = input[i];
      greatest[plan.target[i]] = static_cast<float>(i);
    }
  }
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const auto batch = static_cast<std::size_t>(buffers.batch);
  std::fill_n(buffers.input_gradients[0], batch * plan.target.size(), 0.0f);
  for (std::size_t i = 0; i < batch * plan.outputs; ++i) {
    const std::size_t sample = i / plan.outputs;
    const auto element = static_cast<std::size_t>(buffers.workspace[i]);
    buffers.input_gradients[0][sample * plan.target.size() + element] += buffers.output_gradient[i];
  }
}

TrainCall compile(const NodeView& node, int batch) {
  const Shape& shape = node.input(0).shape;
  require(node.input(0).elements() < (1 << 24), "an input of {} is too large to be trained through", to_string(shape));
  auto plan = std::make_shared<Plan>();
  plan->target = reduction_targets(node);
  plan->outputs = static_cast<std::size_t>(node.output(0).elements());
  return {.workspace = static_cast<std::size_t>(batch) * plan->outputs,
          .forward = [plan](const TrainBuffers& buffers) { forward(*plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(*plan, buffers); }};
}

}  // namespace

const TrainKernels reduce_max_train = {compile};

}  // namespace thimble
