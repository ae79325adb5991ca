// LAYER_NORMALIZATION in training. With n = (x - mean) * factor and g = dy * gamma:
// dx = factor * (g - mean(g) - n * mean(g * n)).
#include <algorithm>
#include <cmath>

#include "ops/op.h"
#include "ops/simd.h"

namespace thimble {
extern const TrainKernels layer_normalization_train;
namespace {

struct Plan {
  int rows;  // of one sample
  int channels;
  float epsilon;
};

/// Sums of rows that do not wait for each other, so that they are added in vectors; channels are few.
constexpr int kLanes = 8;

template <typename Value>
THIMBLE_INLINE float row_sum(int count, const Value& value) {
  float sums[kLanes] = {};
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) sums[l] += value(i + l);
  }
  for (int l = 0; i < count; ++i, ++l) sums[l] += value(i);
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/// The workspace keeps mean and factor of each row.
void forward(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    const int n = p->channels;
    const float* gamma = b->inputs[1];
    const float* beta = b->inputs[2];
    for (std::ptrdiff_t r = 0; r < std::ptrdiff_t{b->batch} * p->rows; ++r) {
      const float* x = b->inputs[0] + r * n;
      float* y = b->output + r * n;
      const float mean = row_sum(n, [&](int i) { return x[i]; }) / static_cast<float>(n);
      const float variance = row_sum(n, [&](int i) { return (x[i] - mean) * (x[i] - mean); }) / static_cast<float>(n);
      const float factor = 1.0f / std::sqrt(variance + p->epsilon);
      b->workspace[2 * r] = mean;
      b->workspace[2 * r + 1] = factor;
      for (int i = 0; i < n; ++i) y[i] = (x[i] - mean) * factor * gamma[i] + beta[i];
    }
  });
}

void input_gradient(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    const int n = p->channels;
    const float share = 1.0f / static_cast<float>(n);
    const float* gamma = b->inputs[1];
    for (std::ptrdiff_t r = 0; r < std::ptrdiff_t{b->batch} * p->rows; ++r) {
      const float* x = b->inputs[0] + r * n;
      const float* dy = b->output_gradient + r * n;
      float* dx = b->input_gradients[0] + r * n;
      const float mean = b->workspace[2 * r];
      const float factor = b->workspace[2 * r + 1];
      const float by_mean = share * row_sum(n, [&](int i) { return dy[i] * gamma[i]; });
      const float by_factor = share * row_sum(n, [&](int i) { return dy[i] * gamma[i] * (x[i] - mean) * factor; });
      for (int i = 0; i < n; ++i) {
        dx[i] = factor * (dy[i] * gamma[i] - by_mean - (x[i] - mean) * factor * by_factor);
      }
    }
  });
}

void weight_gradients(const Plan& plan, const TrainBuffers& buffers, float* gamma, float* beta) {
  const int n = plan.channels;
  if (gamma) std::fill_n(gamma, n, 0.0f);
  if (beta) std::fill_n(beta, n, 0.0f);
  const TrainBuffers* b = &buffers;
  const std::ptrdiff_t rows = std::ptrdiff_t{buffers.batch} * plan.rows;
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
      const float* x = b->inputs[0] + r * n;
      const float* dy = b->output_gradient + r * n;
      const float mean = b->workspace[2 * r];
      const float factor = b->workspace[2 * r + 1];
      for (int i = 0; gamma && i < n; ++i) gamma[i] += dy[i] * (x[i] - mean) * factor;
      for (int i = 0; beta && i < n; ++i) beta[i] += dy[i];
    }
  });
}

TrainCall compile(const NodeView& node, int batch) {
  const int channels = node.input(0).shape.back();
  const Plan plan = {static_cast<int>(node.input(0).elements() / channels), channels,
                     node.attributes().real("epsilon")};
  return {.workspace = 2 * static_cast<std::size_t>(batch) * static_cast<std::size_t>(plan.rows),
          .forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward =
              [plan](const TrainBuffers& buffers) {
                if (buffers.input_gradients[0]) input_gradient(plan, buffers);
                weight_gradients(plan, buffers, buffers.input_gradients[1], buffers.input_gradients[2]);
              }};
}

}  // namespace

const TrainKernels layer_normalization_train = {compile};

}  // namespace thimble
