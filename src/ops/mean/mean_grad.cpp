// MEAN in training: a table says which output each input is a part of.
#include <algorithm>
#include <memory>

#include "ops/op.h"
#include "ops/reduction.h"
#include "ops/train_reduction.h"

namespace thimble {
extern const TrainKernels mean_train;
namespace {

struct Plan {
  std::vector<std::size_t> target;  // for each element of a sample of the input, the element of the output
  std::size_t outputs;              // elements of a sample of the output
  float share;                      // 1 / inputs of an output
};

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const auto batch = static_cast<std::size_t>(buffers.batch);
  std::fill_n(buffers.output, batch * plan.outputs, 0.0f);
  for (std::size_t sample = 0; sample < batch; ++sample) {
    const float* input = buffers.inputs[0] + sample * plan.target.size();
    float* output = buffers.output + sample * plan.outputs;
    for (std::size_t i = 0; i < plan.target.size(); ++i) output[plan.target[i]] += input[i];
    for (std::size_t i = 0; i < plan.outputs; ++i) output[i] *= plan.share;
  }
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  for (std::size_t sample = 0; sample < static_cast<std::size_t>(buffers.batch); ++sample) {
    float* input = buffers.input_gradients[0] + sample * plan.target.size();
    const float* output = buffers.output_gradient + sample * plan.outputs;
    for (std::size_t i = 0; i < plan.target.size(); ++i) input[i] = output[plan.target[i]] * plan.share;
  }
}

TrainCall compile(const NodeView& node, int) {
  auto plan = std::make_shared<Plan>();
  plan->target = reduction_targets(node);
  plan->outputs = static_cast<std::size_t>(node.output(0).elements());
  plan->share = 1.0f / static_cast<float>(reduced_count(node));
  return {.forward = [plan](const TrainBuffers& buffers) { forward(*plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(*plan, buffers); }};
}

}  // namespace

const TrainKernels mean_train = {compile};

}  // namespace thimble
