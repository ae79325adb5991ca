// DROPOUT in training: what stays is scaled up, so that the mean stays too.
#include <algorithm>

#include "base/random.h"
#include "ops/op.h"
#include "ops/simd.h"

namespace thimble {
extern const TrainKernels dropout_train;
namespace {

/// mask[0 ... n) = 0 with probability `rate`, else 1 / (1 - rate).
void draw_mask(std::uint64_t seed, float rate, std::ptrdiff_t n, float* mask) {
  Random random(seed);
  const float kept = 1.0f / (1.0f - rate);
  for (std::ptrdiff_t i = 0; i < n; ++i) mask[i] = random.uniform() < rate ? 0.0f : kept;
}

void multiply_elements(std::ptrdiff_t n, const float* a, const float* b, float* product) {
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::ptrdiff_t i = 0; i < n; ++i) product[i] = a[i] * b[i];
  });
}

TrainCall compile(const NodeView& node, int batch) {
  const auto elements = static_cast<std::ptrdiff_t>(node.output(0).elements());
  const float rate = node.attributes().real("rate");
  return {.workspace = static_cast<std::size_t>(batch * elements),
          .forward =
              [=](const TrainBuffers& buffers) {
                const std::ptrdiff_t n = buffers.batch * elements;
                if (!buffers.training) {
                  std::copy_n(buffers.inputs[0], n, buffers.output);
                  return;
                }
                draw_mask(buffers.seed, rate, n, buffers.workspace);
                multiply_elements(n, buffers.inputs[0], buffers.workspace, buffers.output);
              },
          .backward =
              [=](const TrainBuffers& buffers) {
                multiply_elements(buffers.batch * elements, buffers.output_gradient, buffers.workspace,
                                  buffers.input_gradients[0]);
              }};
}

}  // namespace

const TrainKernels dropout_train = {compile};

}  // namespace thimble
