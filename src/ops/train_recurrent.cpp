#include "ops/train_recurrent.h"

#include <algorithm>

#include "ops/matrix.h"
#include "ops/train_activation.h"

namespace thimble {

void set_rows(std::ptrdiff_t rows, int count, const float* bias, float* target, std::ptrdiff_t stride) {
  for (std::ptrdiff_t r = 0; r < rows; ++r, target += stride) {
    if (bias) {
      std::copy_n(bias, count, target);
    } else {
      std::fill_n(target, count, 0.0f);
    }
  }
}

void project(const RecurrentPlan& plan, const TrainBuffers& buffers, float* gates) {
  const int rows = buffers.batch * plan.shape.steps;
  multiply(rows, plan.width(), plan.shape.depth, rows_of(buffers.inputs[kSequence], plan.shape.depth),
           buffers.inputs[kKernel], plan.width(), gates, plan.width(), true);
}

void transpose(int rows, int columns, const float* from, float* to) {
  for (std::ptrdiff_t c = 0; c < columns; ++c) {
    for (std::ptrdiff_t r = 0; r < rows; ++r) to[c * rows + r] = from[r * columns + c];
  }
}

void store_output(const RecurrentPlan& plan, const TrainBuffers& buffers, int step, std::ptrdiff_t b,
                  const float* hidden) {
  const int n = plan.shape.units;
  if (plan.shape.sequences) {
    std::copy_n(hidden, n, buffers.output + (b * plan.shape.steps + step) * n);
  } else if (step + 1 == plan.shape.steps) {
    std::copy_n(hidden, n, buffers.output + b * n);
  }
}

void add_output_gradient(const RecurrentPlan& plan, const TrainBuffers& buffers, int step, float* dh) {
  const int n = plan.shape.units;
  if (!plan.shape.sequences && step + 1 < plan.shape.steps) return;
  const std::ptrdiff_t sample = plan.shape.sequences ? std::ptrdiff_t{plan.shape.steps} * n : n;
  const float* gradient = buffers.output_gradient + (plan.shape.sequences ? std::ptrdiff_t{step} * n : 0);
  for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
    for (int i = 0; i < n; ++i) dh[b * n + i] += gradient[b * sample + i];
  }
}

void bias_gradient(const RecurrentPlan& plan, const TrainBuffers& buffers, const float* gates) {
  float* bias = buffers.inputs.size() > kRecurrentBias ? buffers.input_gradients[kRecurrentBias] : nullptr;
  if (bias == nullptr) return;
  std::fill_n(bias, plan.width(), 0.0f);
  add_column_sums(buffers.batch * plan.shape.steps, plan.width(), gates, plan.width(), bias);
}

void recurrent_gradients(const RecurrentPlan& plan, const TrainBuffers& buffers, const float* gates,
                         const float* before) {
  recurrent_gradients(plan, buffers, gates, before, {0, nullptr, nullptr, 0});
}

void recurrent_gradients(const RecurrentPlan& plan, const TrainBuffers& buffers, const float* gates,
                         const float* before, const RecurrentProducts& last) {
  const int apart = last.columns;
  const int rows = buffers.batch * plan.shape.steps;
  const int width = plan.width();
  const int units = plan.shape.units;
  const int depth = plan.shape.depth;
  if (float* kernel = buffers.input_gradients[kKernel]) {
    multiply(depth, width, rows, columns_of(buffers.inputs[kSequence], depth), gates, width, kernel, width, false);
  }
  if (float* kernel = buffers.input_gradients[kRecurrentKernel]) {
    multiply(units, width - apart, rows, columns_of(before, units), gates, width, kernel, width, false);
    if (apart > 0) {
      multiply(units, apart, rows, columns_of(last.factors, units), last.gradients, last.stride, kernel + width - apart,
               width, false);
    }
  }
  if (float* x = buffers.input_gradients[kSequence]) {
    multiply_rows(rows, depth, width, gates, width, buffers.inputs[kKernel], width, x, depth);
  }
}

}  // namespace thimble
