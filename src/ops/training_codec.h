// The optimizers and losses of Keras that Thimble trains with: names and arguments, for recipes and .keras files.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ops/layer_codec.h"

namespace thimble {

struct OptimizerCodec {
  std::string_view class_name;  // "Adam"
  std::string_view name;        // "adam"
  std::vector<LayerArgument> arguments;
};

struct LossCodec {
  std::string_view class_name;  // "MeanSquaredError"
  std::string_view name;        // "mean_squared_error"
  std::string_view short_name;  // "mse", or the name once more
  bool has_from_logits;         // its argument from_logits
};

std::span<const OptimizerCodec> optimizer_codecs();
std::span<const LossCodec> loss_codecs();

/// By class name or name; null if there is none.
const OptimizerCodec* find_optimizer(std::string_view name);
/// By any of its names; null if there is none.
const LossCodec* find_loss(std::string_view name);

}  // namespace thimble
