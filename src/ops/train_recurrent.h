// What the training kernels of recurrent layers share: matrix products over all steps at once where that can be, and
// one for all samples and gates in each step where it cannot; memory in the order of the input's steps.
#pragma once

#include <cstddef>

#include "ops/matrix_tile.h"
#include "ops/recurrent.h"
#include "ops/train_math.h"

namespace thimble {

/// Arrays [batch][steps][...] in the workspace, one after the other.
struct RecurrentPlan {
  RecurrentShape shape;
  int gates;
  int batch;  // at most

  RecurrentPlan(const NodeView& node, int gate_count, int most)
      : shape(recurrent_shape(node, gate_count)), gates(gate_count), batch(most) {}

  int width() const { return gates * shape.units; }
  /// Where the input has what the walk sees at `step`.
  std::ptrdiff_t row(int step) const { return shape.backwards ? shape.steps - 1 - step : step; }
  std::ptrdiff_t size(int floats) const { return std::ptrdiff_t{batch} * shape.steps * floats; }
};

/// gates[batch][steps][width] += x * kernel.
void project(const RecurrentPlan& plan, const TrainBuffers& buffers, float* gates);

/// Rows of `bias` (or zeros) at `target`, `count` floats of each row of `stride`.
void set_rows(std::ptrdiff_t rows, int count, const float* bias, float* target, std::ptrdiff_t stride);

/// to = transpose of from[rows][columns].
void transpose(int rows, int columns, const float* from, float* to);

/// Sample `b` of the output, where it has `step`: the hidden state after it.
void store_output(const RecurrentPlan& plan, const TrainBuffers& buffers, int step, std::ptrdiff_t b,
                  const float* hidden);
/// dh[batch][units] += the gradient by the output of `step`, if it has that.
void add_output_gradient(const RecurrentPlan& plan, const TrainBuffers& buffers, int step, float* dh);

/// The gradients by x, kernel and recurrent kernel. `gates` holds the gradients by what went into the gates, `before`
/// the hidden states that the steps began with.
void recurrent_gradients(const RecurrentPlan& plan, const TrainBuffers& buffers, const float* gates,
                         const float* before);
/// The last `columns` of the recurrent products are of other factors, or have gradients of their own, both
/// [batch][steps][...].
struct RecurrentProducts {
  int columns;
  const float* factors;
  const float* gradients;
  int stride;  // of a step's gradients
};
void recurrent_gradients(const RecurrentPlan& plan, const TrainBuffers& buffers, const float* gates,
                         const float* before, const RecurrentProducts& last);

/// The gradient by a bias [width], if it is wanted: the sums of `gates`' columns.
void bias_gradient(const RecurrentPlan& plan, const TrainBuffers& buffers, const float* gates);

/// TrainKernels::compile of a layer that plans as Plan does.
template <typename Plan, void (*Forward)(const Plan&, const TrainBuffers&),
          void (*Backward)(const Plan&, const TrainBuffers&)>
TrainCall compile_recurrent(const NodeView& node, int batch) {
  const Plan plan(node, batch);
  return {.workspace = plan.all(),
          .forward = [plan](const TrainBuffers& buffers) { Forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { Backward(plan, buffers); }};
}

/// Calls body(isa, i, lanes) for vectors over the units of a step.
template <typename Body>
THIMBLE_INLINE void for_units(int units, const Body& body) {
  simd([&](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<typename decltype(best)::Comparing, 1>(
        units, [&](auto isa, auto, int i, int lanes) THIMBLE_INLINE_LAMBDA { body(isa, i, lanes); });
  });
}

/// A cell's activation, of vectors; the slope is a function of the value.
struct CellActivation {
  enum class Kind { kTanh, kSigmoid, kRelu, kLinear };
  Kind kind;

  explicit CellActivation(const std::string& name)
      : kind(name == "tanh"      ? Kind::kTanh
             : name == "sigmoid" ? Kind::kSigmoid
             : name == "relu"    ? Kind::kRelu
                                 : Kind::kLinear) {}

  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    switch (kind) {
      case Kind::kTanh:
        return tanh_lanes<I>(x);
      case Kind::kSigmoid:
        return logistic_lanes<I>(x);
      case Kind::kRelu:
        return x > typename I::Vector{} ? x : typename I::Vector{};
      default:
        return x;
    }
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector& y) const {
    switch (kind) {
      case Kind::kTanh:
        return 1.0f - y * y;
      case Kind::kSigmoid:
        return y * (1.0f - y);
      case Kind::kRelu:
        return y > typename I::Vector{} ? I::all(1.0f) : typename I::Vector{};
      default:
        return I::all(1.0f);
    }
  }
};

}  // namespace thimble
