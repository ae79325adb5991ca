// What QuantizationRule::quantize works through: an operator whose inputs need more than a rule's members say.
#pragma once

#include "ir/graph.h"

namespace thimble {

class NodeQuantizer {
 public:
  virtual ~NodeQuantizer() = default;
  /// Input `index` as it was, float; present or absent as in the node.
  virtual bool has_input(int index) const = 0;
  virtual const Tensor& source(int index) const = 0;
  /// Input `index` as it is now, such as an activation that has been quantized.
  virtual const Tensor& input(int index) const = 0;
  /// The greatest magnitude that input `index` took on the calibration data.
  virtual float greatest(int index) const = 0;
  /// Activations: int8 or int16.
  virtual Type activation_type() const = 0;
  /// Gives output 0 the type of activations, and scale and zero point of its observed range.
  virtual const Tensor& quantize_output() = 0;
  /// What training chose for input `index`, a state; null: nothing.
  virtual const Quantization* given(int index) const = 0;
  /// Makes constant input `index` symmetric 8-bit weights of one scale: as training chose, or by the greatest
  /// magnitude.
  virtual void quantize_weights(int index) = 0;
  /// Puts a tensor in the place of input `index`.
  virtual void set_input(int index, Tensor tensor) = 0;
};

}  // namespace thimble
