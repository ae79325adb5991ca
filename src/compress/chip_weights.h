// The weights of a model as the chip has them, and where training keeps them: of a recurrent layer training has one
// matrix for all gates, the chip several.
#pragma once

#include <vector>

#include "ops/expansion.h"

namespace thimble {

/// Weights that are pruned, clustered and rounded together.
struct ChipWeights {
  enum class Kind {
    kChannels,  // a scale for each index of `axis`
    kMatrix,    // one scale, 8 bits (LSTM)
    kTable,     // one scale, the type of activations (embeddings)
  };

  Kind kind = Kind::kChannels;
  TensorId trained = kNoTensor;
  TensorId chip = kNoTensor;  // the same, if they are no columns
  int first = 0;              // of the columns
  int axis = 0;
  TensorId bias = kNoTensor;   // or none
  TensorId input = kNoTensor;  // what the weights are multiplied by; or none: constants
  bool last = false;           // makes the model's output

  bool columns() const { return trained != chip; }
};

struct ChipParameters {
  std::vector<ChipWeights> weights;
  std::vector<TensorId> constants;  // that are trained, and are operands like any other
  std::vector<TensorId> moved;      // values that are those of a table, moved: their scale is its scale
};

/// Of `graph`, which is trained, and `chip`, what it expands to (expand_for_chip), under the same TensorIds.
ChipParameters chip_parameters(const Graph& graph, const Graph& chip, const std::vector<WeightColumns>& columns);

/// The numbers of `chip` (its shape) in the trained matrix, and back.
std::vector<float> columns_of(const ChipWeights& weights, const Shape& chip, std::span<const float> matrix);
void put_columns(const ChipWeights& weights, const Shape& chip, std::span<const float> values, std::span<float> matrix);

}  // namespace thimble
