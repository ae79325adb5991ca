// GRU without reset_after in training (gru.cpp has the formulas): the candidate is of r * h, so r comes first in a
// step.
#include <algorithm>

#include "ops/gru/gru_plan.h"
#include "ops/matrix.h"
#include "ops/train_activation.h"

namespace thimble {
namespace {

using Plan = GruPlan;

/// z and r of one sample, and r * h.
void reset(const Plan& plan, float* gates, const float* before, float* product) {
  const int n = plan.units();
  for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto r = plan.gate_activation.value<I>(I::load(gates + n + i, lanes));
    I::store(gates + i, plan.gate_activation.value<I>(I::load(gates + i, lanes)), lanes);
    I::store(gates + n + i, r, lanes);
    I::store(product + i, r * I::load(before + i, lanes), lanes);
  });
}

/// h' = z * h + (1 - z) * c.
void update(const Plan& plan, float* gates, const float* before, float* after) {
  const int n = plan.units();
  for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto c = plan.activation.value<I>(I::load(gates + 2 * n + i, lanes));
    I::store(gates + 2 * n + i, c, lanes);
    I::store(after + i, c + I::load(gates + i, lanes) * (I::load(before + i, lanes) - c), lanes);
  });
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units(), steps = plan.shape.steps, width = plan.width();
  const std::ptrdiff_t sample = std::ptrdiff_t{steps} * n, gates_of_sample = std::ptrdiff_t{steps} * width;
  const float* kernel = buffers.inputs[kRecurrentKernel];
  set_rows(std::ptrdiff_t{buffers.batch} * steps, width,
           buffers.inputs.size() > kRecurrentBias ? buffers.inputs[kRecurrentBias] : nullptr, buffers.workspace, width);
  project(plan, buffers, buffers.workspace);
  set_rows(buffers.batch, n, nullptr, buffers.workspace + plan.before() + plan.row(0) * n, sample);
  for (int step = 0; step < steps; ++step) {
    const std::ptrdiff_t row = plan.row(step);
    float* gates = buffers.workspace + row * width;
    float* product = buffers.workspace + plan.recurrent() + row * n;
    const float* before = buffers.workspace + plan.before() + row * n;
    const bool last = step + 1 == steps;
    float* after = buffers.workspace + (last ? plan.last() : plan.before() + plan.row(step + 1) * n);
    if (step > 0)
      multiply(buffers.batch, 2 * n, n, rows_of(before, sample), kernel, width, gates, gates_of_sample, true);
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      reset(plan, gates + b * gates_of_sample, before + b * sample, product + b * sample);
    }
    if (step > 0) {
      multiply(buffers.batch, n, n, rows_of(product, sample), kernel + 2 * n, width, gates + 2 * n, gates_of_sample,
               true);
    }
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      float* h = after + b * (last ? n : sample);
      update(plan, gates + b * gates_of_sample, before + b * sample, h);
      store_output(plan, buffers, step, b, h);
    }
  }
}

/// The candidate's gradient in place of it; of z in place of z.
void differentiate_update(const Plan& plan, float* gates, const float* before, float* dh) {
  const int n = plan.units();
  for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto z = I::load(gates + i, lanes);
    const auto c = I::load(gates + 2 * n + i, lanes);
    const auto gradient = I::load(dh + i, lanes);
    I::store(gates + i, gradient * (I::load(before + i, lanes) - c) * plan.gate_activation.slope<I>(z), lanes);
    I::store(gates + 2 * n + i, gradient * (1.0f - z) * plan.activation.slope<I>(c), lanes);
    I::store(dh + i, gradient * z, lanes);
  });
}

/// From the gradient by r * h: that of r in place of r, and what h gets of it.
void differentiate_reset(const Plan& plan, float* gates, const float* before, const float* by_product, float* dh) {
  const int n = plan.units();
  for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto r = I::load(gates + n + i, lanes);
    const auto gradient = I::load(by_product + i, lanes);
    I::store(gates + n + i, gradient * I::load(before + i, lanes) * plan.gate_activation.slope<I>(r), lanes);
    I::store(dh + i, I::load(dh + i, lanes) + gradient * r, lanes);
  });
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units(), steps = plan.shape.steps, width = plan.width();
  const std::ptrdiff_t sample = std::ptrdiff_t{steps} * n, gates_of_sample = std::ptrdiff_t{steps} * width;
  float* dh = buffers.workspace + plan.last();
  float* transposed = buffers.workspace + plan.transposed();
  float* by_product = buffers.workspace + plan.by_product();
  transpose(n, width, buffers.inputs[kRecurrentKernel], transposed);
  std::fill_n(dh, std::ptrdiff_t{buffers.batch} * n, 0.0f);
  for (int step = steps - 1; step >= 0; --step) {
    const std::ptrdiff_t row = plan.row(step);
    float* gates = buffers.workspace + row * width;
    const float* before = buffers.workspace + plan.before() + row * n;
    add_output_gradient(plan, buffers, step, dh);
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      differentiate_update(plan, gates + b * gates_of_sample, before + b * sample, dh + b * n);
    }
    multiply(buffers.batch, n, n, rows_of(gates + 2 * n, gates_of_sample), transposed + std::ptrdiff_t{2} * n * n, n,
             by_product, n, false);
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      differentiate_reset(plan, gates + b * gates_of_sample, before + b * sample, by_product + b * n, dh + b * n);
    }
    if (step > 0) multiply(buffers.batch, n, 2 * n, rows_of(gates, gates_of_sample), transposed, n, dh, n, true);
  }
  recurrent_gradients(plan, buffers, buffers.workspace, buffers.workspace + plan.before(),
                      {n, buffers.workspace + plan.recurrent(), buffers.workspace + 2 * n, width});
  bias_gradient(plan, buffers, buffers.workspace);
}

}  // namespace

TrainCall compile_gru_reset_before(const NodeView& node, int batch) {
  return compile_recurrent<Plan, forward, backward>(node, batch);
}

}  // namespace thimble
