// FULLY_CONNECTED in training: y = x * transpose(weights) + bias, with x [rows][depth] and weights [units][depth].
#include <algorithm>

#include "ops/matrix.h"
#include "ops/op.h"
#include "ops/train_activation.h"
#include "ops/train_transpose.h"

namespace thimble {
extern const TrainKernels fully_connected_train;
namespace {

struct Plan {
  int rows;  // of one sample
  int depth;
  int units;
  FusedActivation activation;
  bool packs;  // the weights are transposed first: that pays where many rows are multiplied with them
};

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const int rows = buffers.batch * plan.rows;
  const float* weights = buffers.inputs[1];
  if (plan.packs) {
    transpose_matrix(plan.units, plan.depth, weights, plan.depth, buffers.scratch, plan.units);
    multiply(rows, plan.units, plan.depth, rows_of(buffers.inputs[0], plan.depth), buffers.scratch, plan.units,
             buffers.output, plan.units, false);
  } else {
    multiply_rows(rows, plan.units, plan.depth, buffers.inputs[0], plan.depth, weights, plan.depth, buffers.output,
                  plan.units);
  }
  const float* bias = buffers.inputs.size() > 2 ? buffers.inputs[2] : nullptr;
  add_bias_and_clamp(rows, plan.units, bias, plan.activation, buffers.output);
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const int rows = buffers.batch * plan.rows;
  float* gradient = buffers.output_gradient;
  float* bias = buffers.input_gradients.size() > 2 ? buffers.input_gradients[2] : nullptr;
  mask_gradient(rows, plan.units, plan.activation, buffers.output, gradient, gradient, plan.units);
  if (bias) {
    std::fill_n(bias, plan.units, 0.0f);
    add_column_sums(rows, plan.units, gradient, plan.units, bias);
  }
  if (float* weights = buffers.input_gradients[1]) {
    multiply(plan.units, plan.depth, rows, columns_of(gradient, plan.units), buffers.inputs[0], plan.depth, weights,
             plan.depth, false);
  }
  if (float* input = buffers.input_gradients[0]) {
    multiply(rows, plan.depth, plan.units, rows_of(gradient, plan.units), buffers.inputs[1], plan.depth, input,
             plan.depth, false);
  }
}

TrainCall compile(const NodeView& node, int batch) {
  require(node.input(1).constant(), "weights that are computed cannot be trained through");
  const Shape& weights = node.input(1).shape;
  const int rows = static_cast<int>(node.input(0).elements() / weights[1]);
  const Plan plan = {rows, weights[1], weights[0], fused_activation(node.attributes().text("activation")),
                     batch * rows >= 16 && weights[0] >= 16};
  return {.scratch = plan.packs ? static_cast<std::size_t>(plan.units) * static_cast<std::size_t>(plan.depth) : 0,
          .forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); },
          .reads_output = !plan.activation.none()};
}

}  // namespace

const TrainKernels fully_connected_train = {compile};

}  // namespace thimble
