// What Keras's recurrent layers share: arguments, shapes, and the way they are written in TFLite's operators.
#pragma once

#include <string>
#include <vector>

#include "ops/expansion.h"
#include "ops/op.h"

namespace thimble {

/// Inputs of a recurrent node: x [1, steps, depth], kernel [depth, gates * units], recurrent kernel [units, gates *
/// units], bias (optional), all as Keras lays them out.
enum RecurrentInput { kSequence = 0, kKernel = 1, kRecurrentKernel = 2, kRecurrentBias = 3 };

struct RecurrentShape {
  int steps;
  int depth;
  int units;
  bool backwards;  // the last step comes first
  bool sequences;  // the output has all steps, not only the last one
};

/// Checks inputs 0 to 3 of a node of `gates` gates and says their sizes; `bias` is the expected shape.
RecurrentShape recurrent_shape(const NodeView& node, int gates);
std::int64_t recurrent_macs(const NodeView& node, int gates);
std::vector<TensorSpec> infer_recurrent(const NodeView& node, int gates, const Shape& bias);

/// Keras's arguments. Those that only change how Keras computes are accepted, dropout must be 0.
std::vector<LayerArgument> recurrent_arguments(std::vector<LayerArgument> more);
inline const std::vector<std::string_view> kCellActivations = {"tanh", "sigmoid", "relu", "linear"};

/// Adds a node `op` of the layer's weights. `bias` is Keras's shape, `bias_initializer` may differ from the argument.
TensorId build_recurrent(LayerBuilder& builder, const Attributes& config, TensorId input, std::string_view op,
                         int gates, const Shape& bias, const std::string& bias_initializer);

/// x * kernel + bias, columns [first, first + count) of it: the steps in the order in which they are walked, [1, count]
/// each.
std::vector<TensorId> projected_steps(Expansion& e, const NodeView& node, const RecurrentShape& shape, int first,
                                      const std::vector<float>& bias);

/// The layer's output, of the hidden states [1, units] after each step.
TensorId joined_steps(Expansion& e, const RecurrentShape& shape, const std::vector<TensorId>& states);

}  // namespace thimble
