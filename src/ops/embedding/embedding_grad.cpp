// EMBEDDING in training. Indices have no gradient.
#include <algorithm>

#include "ops/op.h"

namespace thimble {
extern const TrainKernels embedding_train;
namespace {

struct Plan {
  std::ptrdiff_t indices;  // of one sample
  std::ptrdiff_t count;
  std::ptrdiff_t depth;

  /// As GATHER's kernel: an index outside of the table is that of its nearest row.
  std::ptrdiff_t row(float index) const {
    const float most = static_cast<float>(count - 1);
    return static_cast<std::ptrdiff_t>(!(index > 0.0f) ? 0.0f : std::min(index, most)) * depth;
  }
};

TrainCall compile(const NodeView& node, int) {
  const Plan plan = {node.input(0).elements(), node.input(1).shape[0], node.input(1).shape[1]};
  return {.forward =
              [plan](const TrainBuffers& buffers) {
                float* output = buffers.output;
                for (std::ptrdiff_t i = 0; i < buffers.batch * plan.indices; ++i, output += plan.depth) {
                  std::copy_n(buffers.inputs[1] + plan.row(buffers.inputs[0][i]), plan.depth, output);
                }
              },
          .backward =
              [plan](const TrainBuffers& buffers) {
                const std::ptrdiff_t all = buffers.batch * plan.indices;
                if (float* indices = buffers.input_gradients[0]) std::fill_n(indices, all, 0.0f);
                float* table = buffers.input_gradients[1];
                if (table == nullptr) return;
                std::fill_n(table, plan.count * plan.depth, 0.0f);
                const float* gradient = buffers.output_gradient;
                for (std::ptrdiff_t i = 0; i < all; ++i, gradient += plan.depth) {
                  float* row = table + plan.row(buffers.inputs[0][i]);
                  for (std::ptrdiff_t k = 0; k < plan.depth; ++k) row[k] += gradient[k];
                }
              }};
}

}  // namespace

const TrainKernels embedding_train = {compile};

}  // namespace thimble
