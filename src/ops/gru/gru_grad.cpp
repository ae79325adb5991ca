// GRU in training (gru.cpp has the formulas): x * kernel for all steps at once, then step by step h * recurrent kernel
// for all samples of the shard.
#include <algorithm>

#include "ops/gru/gru_plan.h"
#include "ops/matrix.h"
#include "ops/train_activation.h"

namespace thimble {
extern const TrainKernels gru_train;
namespace {

using Plan = GruPlan;

/// One sample's part of a step.
struct Cell {
  float* gates;
  float* recurrent;
  const float* before;
  float* after;
};

/// h' = z * h + (1 - z) * c.
void activate(const Plan& plan, const Cell& cell) {
  const int n = plan.units();
  for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto z = plan.gate_activation.value<I>(I::load(cell.gates + i, lanes));
    const auto r = plan.gate_activation.value<I>(I::load(cell.gates + n + i, lanes));
    const auto c =
        plan.activation.value<I>(I::load(cell.gates + 2 * n + i, lanes) + r * I::load(cell.recurrent + i, lanes));
    I::store(cell.gates + i, z, lanes);
    I::store(cell.gates + n + i, r, lanes);
    I::store(cell.gates + 2 * n + i, c, lanes);
    I::store(cell.after + i, c + z * (I::load(cell.before + i, lanes) - c), lanes);
  });
}

void begin(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units();
  const std::ptrdiff_t rows = std::ptrdiff_t{buffers.batch} * plan.shape.steps;
  float* gates = buffers.workspace;
  const float* bias = buffers.inputs.size() > kRecurrentBias ? buffers.inputs[kRecurrentBias] : nullptr;
  set_rows(rows, plan.width(), bias, gates, plan.width());
  set_rows(rows, n, bias ? bias + 5 * n : nullptr, buffers.workspace + plan.recurrent(), n);
  for (std::ptrdiff_t r = 0; bias && r < rows; ++r) {
    for (int i = 0; i < 2 * n; ++i) gates[r * plan.width() + i] += bias[3 * n + i];
  }
  project(plan, buffers, gates);
  set_rows(buffers.batch, n, nullptr, buffers.workspace + plan.before() + plan.row(0) * n,
           std::ptrdiff_t{plan.shape.steps} * n);
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units();
  const int steps = plan.shape.steps;
  const float* kernel = buffers.inputs[kRecurrentKernel];
  begin(plan, buffers);
  for (int step = 0; step < steps; ++step) {
    const std::ptrdiff_t row = plan.row(step);
    float* gates = buffers.workspace + row * plan.width();
    float* recurrent = buffers.workspace + plan.recurrent() + row * n;
    const float* before = buffers.workspace + plan.before() + row * n;
    const bool last = step + 1 == steps;
    float* after = buffers.workspace + (last ? plan.last() : plan.before() + plan.row(step + 1) * n);
    const std::ptrdiff_t sample = std::ptrdiff_t{steps} * n;
    if (step > 0) {
      multiply(buffers.batch, 2 * n, n, rows_of(before, sample), kernel, plan.width(), gates,
               std::ptrdiff_t{steps} * plan.width(), true);
      multiply(buffers.batch, n, n, rows_of(before, sample), kernel + 2 * n, plan.width(), recurrent, sample, true);
    }
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      float* h = after + b * (last ? n : sample);
      activate(plan, {gates + b * steps * plan.width(), recurrent + b * sample, before + b * sample, h});
      store_output(plan, buffers, step, b, h);
    }
  }
}

/// From the gradient dh by h' to those by what went into the gates, by the recurrent part of the candidate, and, in dh,
/// to the part of the gradient by h that does not go through the gates.
void differentiate(const Plan& plan, const Cell& cell, float* dh) {
  const int n = plan.units();
  for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto z = I::load(cell.gates + i, lanes);
    const auto r = I::load(cell.gates + n + i, lanes);
    const auto c = I::load(cell.gates + 2 * n + i, lanes);
    const auto gradient = I::load(dh + i, lanes);
    const auto dc = gradient * (1.0f - z) * plan.activation.slope<I>(c);
    const auto dz = gradient * (I::load(cell.before + i, lanes) - c) * plan.gate_activation.slope<I>(z);
    const auto dr = dc * I::load(cell.recurrent + i, lanes) * plan.gate_activation.slope<I>(r);
    I::store(cell.gates + i, dz, lanes);
    I::store(cell.gates + n + i, dr, lanes);
    I::store(cell.gates + 2 * n + i, dc, lanes);
    I::store(cell.recurrent + i, dc * r, lanes);
    I::store(dh + i, gradient * z, lanes);
  });
}

void two_bias_gradients(const Plan& plan, const TrainBuffers& buffers, float* bias) {
  const int n = plan.units();
  const int rows = buffers.batch * plan.shape.steps;
  std::fill_n(bias, 6 * n, 0.0f);
  add_column_sums(rows, 3 * n, buffers.workspace, plan.width(), bias);
  std::copy_n(bias, 2 * n, bias + 3 * n);
  add_column_sums(rows, n, buffers.workspace + plan.recurrent(), n, bias + 5 * n);
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units();
  const int steps = plan.shape.steps;
  const std::ptrdiff_t sample = std::ptrdiff_t{steps} * n;
  float* dh = buffers.workspace + plan.last();
  float* transposed = buffers.workspace + plan.transposed();
  transpose(n, plan.width(), buffers.inputs[kRecurrentKernel], transposed);
  std::fill_n(dh, std::ptrdiff_t{buffers.batch} * n, 0.0f);
  for (int step = steps - 1; step >= 0; --step) {
    const std::ptrdiff_t row = plan.row(step);
    float* gates = buffers.workspace + row * plan.width();
    float* recurrent = buffers.workspace + plan.recurrent() + row * n;
    const float* before = buffers.workspace + plan.before() + row * n;
    add_output_gradient(plan, buffers, step, dh);
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      differentiate(plan, {gates + b * steps * plan.width(), recurrent + b * sample, before + b * sample, nullptr},
                    dh + b * n);
    }
    if (step == 0) break;
    multiply(buffers.batch, n, 2 * n, rows_of(gates, std::ptrdiff_t{steps} * plan.width()), transposed, n, dh, n, true);
    multiply(buffers.batch, n, n, rows_of(recurrent, sample), transposed + std::ptrdiff_t{2} * n * n, n, dh, n, true);
  }
  recurrent_gradients(plan, buffers, buffers.workspace, buffers.workspace + plan.before(),
                      {n, buffers.workspace + plan.before(), buffers.workspace + plan.recurrent(), n});
  if (buffers.inputs.size() > kRecurrentBias && buffers.input_gradients[kRecurrentBias]) {
    two_bias_gradients(plan, buffers, buffers.input_gradients[kRecurrentBias]);
  }
}

TrainCall compile(const NodeView& node, int batch) {
  if (!node.attributes().flag("reset_after")) return compile_gru_reset_before(node, batch);
  return compile_recurrent<Plan, forward, backward>(node, batch);
}

}  // namespace

const TrainKernels gru_train = {compile};

}  // namespace thimble
