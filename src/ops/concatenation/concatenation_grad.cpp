// CONCATENATION in training: rows of the parts, one after the other.
#include <algorithm>
#include <vector>

#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const TrainKernels concatenation_train;
namespace {

struct Plan {
  std::ptrdiff_t rows;                // of one sample: the dimensions before the axis
  std::vector<std::ptrdiff_t> parts;  // floats of a row of each input
  std::vector<bool> parameter;        // the same for all samples
  std::ptrdiff_t row;                 // floats of a row of the output
};

/// Calls body(input, offset of its row, offset of its part in the output).
template <typename Body>
void for_parts(const Plan& plan, int batch, const Body& body) {
  std::ptrdiff_t first = 0;
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    for (std::ptrdiff_t r = 0; r < batch * plan.rows; ++r) {
      body(i, (plan.parameter[i] ? r % plan.rows : r) * plan.parts[i], r * plan.row + first);
    }
    first += plan.parts[i];
  }
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  for_parts(plan, buffers.batch, [&](std::size_t i, std::ptrdiff_t from, std::ptrdiff_t to) {
    std::copy_n(buffers.inputs[i] + from, plan.parts[i], buffers.output + to);
  });
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    const std::ptrdiff_t samples = plan.parameter[i] ? 1 : buffers.batch;
    if (float* result = buffers.input_gradients[i]) std::fill_n(result, samples * plan.rows * plan.parts[i], 0.0f);
  }
  for_parts(plan, buffers.batch, [&](std::size_t i, std::ptrdiff_t to, std::ptrdiff_t from) {
    float* result = buffers.input_gradients[i];
    for (std::ptrdiff_t k = 0; result && k < plan.parts[i]; ++k) result[to + k] += buffers.output_gradient[from + k];
  });
}

TrainCall compile(const NodeView& node, int) {
  const Shape& shape = node.output(0).shape;
  const int axis = resolve_axis(node.attributes().integer("axis"), shape.size());
  require(axis > 0, "parts that are joined along the batch cannot be trained through");
  require(node.attributes().text("activation") == "NONE", "a fused activation is not supported");
  Plan plan;
  plan.rows = element_count(Shape(shape.begin(), shape.begin() + axis));
  plan.row = node.output(0).elements() / std::max<std::ptrdiff_t>(plan.rows, 1);
  for (int i = 0; i < node.input_count(); ++i) {
    plan.parts.push_back(node.input(i).elements() / std::max<std::ptrdiff_t>(plan.rows, 1));
    plan.parameter.push_back(node.input(i).constant());
  }
  return {.forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); }};
}

}  // namespace

const TrainKernels concatenation_train = {compile};

}  // namespace thimble
