// SOFTMAX in training: dx = beta * y * (dy - sum(dy * y)), over each row.
#include <algorithm>
#include <cmath>

#include "ops/op.h"

namespace thimble {
extern const TrainKernels softmax_train;
namespace {

struct Plan {
  int rows;  // of one sample
  int depth;
  float beta;
};

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const float* x = buffers.inputs[0];
  float* y = buffers.output;
  for (int r = 0; r < buffers.batch * plan.rows; ++r, x += plan.depth, y += plan.depth) {
    const float greatest = *std::max_element(x, x + plan.depth);
    float sum = 0.0f;
    for (int i = 0; i < plan.depth; ++i) sum += y[i] = std::exp(plan.beta * (x[i] - greatest));
    for (int i = 0; i < plan.depth; ++i) y[i] /= sum;
  }
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const float* y = buffers.output;
  const float* gradient = buffers.output_gradient;
  float* result = buffers.input_gradients[0];
  for (int r = 0; r < buffers.batch * plan.rows; ++r, y += plan.depth, gradient += plan.depth, result += plan.depth) {
    float sum = 0.0f;
    for (int i = 0; i < plan.depth; ++i) sum += gradient[i] * y[i];
    for (int i = 0; i < plan.depth; ++i) result[i] = plan.beta * y[i] * (gradient[i] - sum);
  }
}

TrainCall compile(const NodeView& node, int) {
  const int depth = node.input(0).shape.back();
  const Plan plan = {static_cast<int>(node.input(0).elements() / depth), depth, node.attributes().real("beta")};
  return {.forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); }};
}

}  // namespace

const TrainKernels softmax_train = {compile};

}  // namespace thimble
