// A float graph and the ranges of its values -> an integer graph, after TFLite's quantization specification.
#pragma once

#include <map>

#include "ir/layer.h"
#include "quant/observe.h"

namespace thimble {

enum class Scheme {
  kInt8,     // int8 activations and weights, int32 biases
  kInt16x8,  // int16 activations, int8 weights, int64 biases
};

struct QuantizeOptions {
  Scheme scheme = Scheme::kInt8;
  /// The model's inputs and outputs stay float32: it begins with QUANTIZE and ends with DEQUANTIZE.
  bool float_io = false;
  /// Of weights and values that training chose the scales of already. Other weights are int8, by the greatest magnitude
  /// of each channel, other values by their range.
  std::map<TensorId, IntegerForm> given = {};
};

/// Weights are symmetric, one scale a channel; activations have the scale and zero point of their observed range
/// (int16: zero point 0); a bias has scale input scale * weights scale. `ranges` is by TensorId of `graph`, from
/// observe(). Throws InputError for an operator that has no integer form.
Graph quantize(const Graph& graph, const std::vector<Range>& ranges, const QuantizeOptions& options);
/// Likewise; a value keeps its TensorId of `graph`, and float weights that nothing reads any more are left in.
Graph quantize_keeping_ids(const Graph& graph, const std::vector<Range>& ranges, const QuantizeOptions& options);

/// scale = (max - min) / 255 and the zero point that maps 0 exactly, for int8; for int16, max |value| / 32767 and 0. Of
/// zeros alone max |value| counts as 1.
Quantization choose_activation(const Range& range, Type type);

}  // namespace thimble
