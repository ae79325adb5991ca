// How a float LSTM becomes an integer one, after TFLite's specification: weights symmetric, one scale a matrix; biases
// at the scale of input times weights; the hidden state like the output; the cell state 16 bits, its scale a power of
// two.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/node_quantizer.h"
#include "ops/unidirectional_sequence_lstm/unidirectional_sequence_lstm_inputs.h"

namespace thimble {
void quantize_lstm(NodeQuantizer& q);
namespace {

using namespace lstm;

template <typename T>
Tensor quantized_bias(const Tensor& bias, float scale, Type type, double most) {
  require(bias.constant(), "its bias '{}' is not constant", bias.name);
  std::vector<T> integers;
  for (const float value : bias.values<float>()) {
    integers.push_back(static_cast<T>(std::llround(std::clamp(double{value} / double{scale}, -most, most))));
  }
  Tensor tensor = bias;
  tensor.type = type;
  tensor.trainable = false;
  tensor.quantization = {{scale}, {0}, 0};
  tensor.data = make_data(integers);
  return tensor;
}

/// What the cell state was seen to hold, at the end of each sequence, and as much again, up to a power of two; LiteRT
/// takes from 1 to 64.
float cell_scale(float greatest) {
  const float power = std::ceil(std::log2(std::max(2.0f * greatest, 1.0f)));
  return std::exp2(std::min(power, 6.0f) - 15.0f);
}

}  // namespace

void quantize_lstm(NodeQuantizer& q) {
  const float input_scale = q.input(kInput).scale();
  const Quantization hidden = q.quantize_output().quantization;
  for (int gate = 0; gate < kGates; ++gate) {
    q.quantize_weights(kWeights + gate);
    q.quantize_weights(kRecurrentWeights + gate);
    const float bias_scale = input_scale * q.input(kWeights + gate).scale();
    const Tensor& bias = q.source(kBiases + gate);
    if (q.activation_type() == Type::kInt8) {
      q.set_input(kBiases + gate, quantized_bias<std::int32_t>(bias, bias_scale, Type::kInt32, 2147483647.0));
    } else {
      q.set_input(kBiases + gate, quantized_bias<std::int64_t>(bias, bias_scale, Type::kInt64, 0x1p39));
    }
  }
  Tensor state = q.source(kHidden);
  state.type = q.activation_type();
  state.quantization = hidden;
  q.set_input(kHidden, std::move(state));
  Tensor cell = q.source(kCell);
  cell.type = Type::kInt16;
  const Quantization* given = q.given(kCell);
  cell.quantization = given ? *given : Quantization{{cell_scale(q.greatest(kCell))}, {0}, 0};
  q.set_input(kCell, std::move(cell));
}

}  // namespace thimble
