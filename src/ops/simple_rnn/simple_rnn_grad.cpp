// SIMPLE_RNN in training (simple_rnn.cpp has the formula): x * kernel for all steps at once, then step by step h *
// recurrent kernel for all samples of the shard.
#include <algorithm>

#include "ops/matrix.h"
#include "ops/train_activation.h"
#include "ops/train_recurrent.h"

namespace thimble {
extern const TrainKernels simple_rnn_train;
namespace {

/// The workspace, [batch][steps][units] but for the last two: what the steps end with, which backward turns into the
/// gradients by what went into the activation; what they begin with.
struct Plan : RecurrentPlan {
  CellActivation activation;

  Plan(const NodeView& node, int most)
      : RecurrentPlan(node, 1, most), activation(node.attributes().text("activation_name")) {}

  int units() const { return shape.units; }
  std::ptrdiff_t before() const { return size(units()); }
  std::ptrdiff_t carry() const { return before() + size(units()); }  // [batch][units]: gradient by the hidden state
  std::ptrdiff_t transposed() const { return carry() + std::ptrdiff_t{batch} * units(); }  // recurrent kernel
  std::size_t all() const { return static_cast<std::size_t>(transposed() + std::ptrdiff_t{units()} * units()); }
};

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units();
  const int steps = plan.shape.steps;
  const std::ptrdiff_t sample = std::ptrdiff_t{steps} * n;
  float* states = buffers.workspace;
  set_rows(std::ptrdiff_t{buffers.batch} * steps, n,
           buffers.inputs.size() > kRecurrentBias ? buffers.inputs[kRecurrentBias] : nullptr, states, n);
  project(plan, buffers, states);
  set_rows(buffers.batch, n, nullptr, buffers.workspace + plan.before() + plan.row(0) * n, sample);
  for (int step = 0; step < steps; ++step) {
    float* state = states + plan.row(step) * n;
    if (step > 0) {
      multiply(buffers.batch, n, n, rows_of(buffers.workspace + plan.before() + plan.row(step) * n, sample),
               buffers.inputs[kRecurrentKernel], n, state, sample, true);
    }
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      float* h = state + b * sample;
      for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
        using I = decltype(isa);
        I::store(h + i, plan.activation.value<I>(I::load(h + i, lanes)), lanes);
      });
      if (step + 1 < steps) {
        std::copy_n(h, n, buffers.workspace + plan.before() + plan.row(step + 1) * n + b * sample);
      }
      store_output(plan, buffers, step, b, h);
    }
  }
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const int n = plan.units();
  const std::ptrdiff_t sample = std::ptrdiff_t{plan.shape.steps} * n;
  float* dh = buffers.workspace + plan.carry();
  float* transposed = buffers.workspace + plan.transposed();
  transpose(n, n, buffers.inputs[kRecurrentKernel], transposed);
  std::fill_n(dh, std::ptrdiff_t{buffers.batch} * n, 0.0f);
  for (int step = plan.shape.steps - 1; step >= 0; --step) {
    float* state = buffers.workspace + plan.row(step) * n;
    add_output_gradient(plan, buffers, step, dh);
    for (std::ptrdiff_t b = 0; b < buffers.batch; ++b) {
      float* h = state + b * sample;
      for_units(n, [&](auto isa, int i, int lanes) THIMBLE_INLINE_LAMBDA {
        using I = decltype(isa);
        I::store(h + i, I::load(dh + b * n + i, lanes) * plan.activation.slope<I>(I::load(h + i, lanes)), lanes);
      });
    }
    if (step > 0) multiply(buffers.batch, n, n, rows_of(state, sample), transposed, n, dh, n, false);
  }
  recurrent_gradients(plan, buffers, buffers.workspace, buffers.workspace + plan.before());
  bias_gradient(plan, buffers, buffers.workspace);
}

}  // namespace

const TrainKernels simple_rnn_train = {compile_recurrent<Plan, forward, backward>};

}  // namespace thimble
