// The workspace of GRU in training.
#pragma once

#include "ops/train_recurrent.h"

namespace thimble {

/// The workspace, [batch][steps][...] but for the last three. Backward turns gates and recurrent into gradients.
struct GruPlan : RecurrentPlan {
  CellActivation activation;
  CellActivation gate_activation;

  GruPlan(const NodeView& node, int most)
      : RecurrentPlan(node, 3, most),
        activation(node.attributes().text("activation_name")),
        gate_activation(node.attributes().text("recurrent_activation_name")) {}

  int units() const { return shape.units; }
  /// With reset_after: h * recurrent_c + bias_c; without it r * h.
  std::ptrdiff_t recurrent() const { return size(width()); }
  std::ptrdiff_t before() const { return recurrent() + size(units()); }  // h that the step began with
  std::ptrdiff_t last() const { return before() + size(units()); }       // [batch][units]: h after the last step
  std::ptrdiff_t transposed() const { return last() + std::ptrdiff_t{batch} * units(); }          // recurrent kernel
  std::ptrdiff_t by_product() const { return transposed() + std::ptrdiff_t{width()} * units(); }  // [batch][units]
  std::size_t all() const { return static_cast<std::size_t>(by_product() + std::ptrdiff_t{batch} * units()); }
};

/// Of a node without reset_after.
TrainCall compile_gru_reset_before(const NodeView& node, int batch);

}  // namespace thimble
