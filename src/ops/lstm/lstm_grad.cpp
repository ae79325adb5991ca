// LSTM in training (lstm.cpp has the formulas): x * kernel for all steps at once, then step by step h * recurrent
// kernel for all samples of the shard.
#include <algorithm>

#include "ops/matrix.h"
#include "ops/train_activation.h"
#include "ops/train_recurrent.h"

namespace thimble {
extern const TrainKernels lstm_train;
namespace {

/// The workspace, [batch][steps][...] but for the last three. Backward turns gates into gradients.
struct Plan : RecurrentPlan {
  Plan(const NodeView& node, int most) : RecurrentPlan(node, 4, most) {}

  int units() const { return shape.units; }
  std::ptrdiff_t before() const { return size(width()); }            // h that the step began with
  std::ptrdiff_t cells() const { return before() + size(units()); }  // c that the step began with
  std::ptrdiff_t curves() const { return cells() + size(units()); }  // tanh(c')
  std::ptrdiff_t last() const { return curves() + size(units()); }   // [batch][units]: h' of the last step, then dh
  std::ptrdiff_t last_cell() const { return last() + std::ptrdiff_t{batch} * units(); }        // likewise c'
  std::ptrdiff_t transposed() const { return last_cell() + std::ptrdiff_t{batch} * units(); }  // recurrent kernel
  std::size_t all() const { return static_cast<std::size_t>(transposed() + std::ptrdiff_t{width()} * units()); }
};

/// One sample's part of a step.
struct Cell {
  float* gates;
  const float* c;
  float* curve;
};

void activate(int n, const Cell& cell, float* next_c, float* next_h) {
  for_units(n, [&](auto isa, int u, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto i = logistic_lanes<I>(I::load(cell.gates + u, lanes));
    const auto f = logistic_lanes<I>(I::load(cell.gates + n + u, lanes));
    const auto g = tanh_lanes<I>(I::load(cell.gates + 2 * n + u, lanes));
    const auto o = logistic_lanes<I>(I::load(cell.gates + 3 * n + u, lanes));
    const auto c = f * I::load(cell.c + u, lanes) + i * g;
    const auto curve = tanh_lanes<I>(c);
    I::store(cell.gates + u, i, lanes);
    I::store(cell.gates + n + u, f, lanes);
    I::store(cell.gates + 2 * n + u, g, lanes);
    I::store(cell.gates + 3 * n + u, o, lanes);
    I::store(cell.curve + u, curve, lanes);
    I::store(next_c + u, c, lanes);
    I::store(next_h + u, o * curve, lanes);
  });
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units();
  const int steps = plan.shape.steps;
  const std::ptrdiff_t sample = std::ptrdiff_t{steps} * n;
  float* w = buffers.workspace;
  set_rows(std::ptrdiff_t{buffers.batch} * steps, plan.width(),
           buffers.inputs.size() > kRecurrentBias ? buffers.inputs[kRecurrentBias] : nullptr, w, plan.width());
  project(plan, buffers, w);
  set_rows(buffers.batch, n, nullptr, w + plan.before() + plan.row(0) * n, sample);
  set_rows(buffers.batch, n, nullptr, w + plan.cells() + plan.row(0) * n, sample);
  for (int step = 0; step < steps; ++step) {
    const std::ptrdiff_t row = plan.row(step);
    float* gates = w + row * plan.width();
    if (step > 0) {
      multiply(buffers.batch, plan.width(), n, rows_of(w + plan.before() + row * n, sample),
               buffers.inputs[kRecurrentKernel], plan.width(), gates, std::ptrdiff_t{steps} * plan.width(), true);
    }
    const bool last = step + 1 == steps;
    const std::ptrdiff_t next = last ? 0 : plan.row(step + 1) * n;
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      float* c = w + (last ? plan.last_cell() + b * n : plan.cells() + next + b * sample);
      float* h = w + (last ? plan.last() + b * n : plan.before() + next + b * sample);
      const std::ptrdiff_t at = row * n + b * sample;
      activate(n, {gates + b * steps * plan.width(), w + plan.cells() + at, w + plan.curves() + at}, c, h);
      store_output(plan, buffers, step, b, h);
    }
  }
}

/// From the gradients dh by h' and dc by c' to those by what went into the gates and, in dc, by c.
void differentiate(int n, const Cell& cell, const float* dh, float* dc) {
  for_units(n, [&](auto isa, int u, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto i = I::load(cell.gates + u, lanes);
    const auto f = I::load(cell.gates + n + u, lanes);
    const auto g = I::load(cell.gates + 2 * n + u, lanes);
    const auto o = I::load(cell.gates + 3 * n + u, lanes);
    const auto curve = I::load(cell.curve + u, lanes);
    const auto hidden = I::load(dh + u, lanes);
    const auto by_c = I::load(dc + u, lanes) + hidden * o * (1.0f - curve * curve);
    I::store(cell.gates + u, by_c * g * i * (1.0f - i), lanes);
    I::store(cell.gates + n + u, by_c * I::load(cell.c + u, lanes) * f * (1.0f - f), lanes);
    I::store(cell.gates + 2 * n + u, by_c * i * (1.0f - g * g), lanes);
    I::store(cell.gates + 3 * n + u, hidden * curve * o * (1.0f - o), lanes);
    I::store(dc + u, by_c * f, lanes);
  });
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units();
  const int steps = plan.shape.steps;
  const std::ptrdiff_t sample = std::ptrdiff_t{steps} * n;
  float* w = buffers.workspace;
  float* dh = w + plan.last();
  float* dc = w + plan.last_cell();
  transpose(n, plan.width(), buffers.inputs[kRecurrentKernel], w + plan.transposed());
  std::fill_n(dh, std::ptrdiff_t{buffers.batch} * n, 0.0f);
  std::fill_n(dc, std::ptrdiff_t{buffers.batch} * n, 0.0f);
  for (int step = steps - 1; step >= 0; --step) {
    const std::ptrdiff_t row = plan.row(step);
    float* gates = w + row * plan.width();
    add_output_gradient(plan, buffers, step, dh);
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      const std::ptrdiff_t at = row * n + b * sample;
      differentiate(n, {gates + b * steps * plan.width(), w + plan.cells() + at, w + plan.curves() + at}, dh + b * n,
                    dc + b * n);
    }
    if (step == 0) break;
    multiply(buffers.batch, n, plan.width(), rows_of(gates, std::ptrdiff_t{steps} * plan.width()),
             w + plan.transposed(), n, dh, n, false);
  }
  recurrent_gradients(plan, buffers, w, w + plan.before());
  bias_gradient(plan, buffers, w);
}

}  // namespace

const TrainKernels lstm_train = {compile_recurrent<Plan, forward, backward>};

}  // namespace thimble
