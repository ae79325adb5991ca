// Keras's regularizers of layers' weights: the arguments kernel_regularizer, bias_regularizer and their like.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ir/layer.h"

namespace thimble {

struct WeightRegularizer {
  std::string argument;  // "kernel_regularizer"
  double l1 = 0.0;
  double l2 = 0.0;
};

/// Takes the arguments that end in _regularizer out of a layer's table. A value is "l1", "l2", "l1_l2" (0.01 each, as
/// in Keras), a table {l1 = ..., l2 = ...}, Keras's own JSON, or null. Throws InputError for anything else.
std::vector<WeightRegularizer> take_regularizers(nlohmann::json& layer);

/// Puts them on the layer's weights. Throws InputError when it has no such weight.
void regularize(Layer& layer, const std::vector<WeightRegularizer>& regularizers);

/// The argument of a weight, and Keras's JSON for it.
std::string regularizer_argument(const LayerWeight& weight);
nlohmann::json regularizer_json(const LayerWeight& weight);

}  // namespace thimble
