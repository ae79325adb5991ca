// What training must keep to so that a model fits the chip: forward and backward see weights and activations as the
// chip will, gradients go straight through (Bengio, Leonard, Courville 2013) to the values that are trained.
#pragma once

#include <functional>
#include <map>
#include <span>

#include "ir/graph.h"

namespace thimble {

/// The numbers that a quantized tensor can hold: scale * k, k from least to most.
struct ValueGrid {
  float scale = 1.0F;
  float least = 0.0F;
  float most = 0.0F;
};

/// Writes to `seen`, of the same size, what forward and backward see in the place of the weights that are trained.
using SeeWeights = std::function<void(std::span<const float> trained, std::span<float> seen)>;

struct Constraints {
  std::map<TensorId, SeeWeights> weights;
  std::map<TensorId, ValueGrid> values;  // of the graph's input, and of outputs of nodes
};

/// Brings each number to the grid.
void snap(const ValueGrid& grid, std::span<float> values);

/// Values at the ends of the grid may have been cut off: their gradient is 0.
void stop_at_ends(const ValueGrid& grid, std::span<const float> values, std::span<float> gradient);

}  // namespace thimble
