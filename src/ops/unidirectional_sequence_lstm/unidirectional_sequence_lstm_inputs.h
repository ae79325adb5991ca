// The inputs of UNIDIRECTIONAL_SEQUENCE_LSTM. Weights and biases come in fours, for the gates input, forget, cell,
// output.
#pragma once

namespace thimble::lstm {

enum Input { kInput = 0, kWeights = 1, kRecurrentWeights = 5, kBiases = 12, kHidden = 18, kCell = 19 };
inline constexpr int kGates = 4;

}  // namespace thimble::lstm
