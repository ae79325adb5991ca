#include "ops/training_codec.h"

#include <algorithm>

namespace thimble {
namespace {

LayerArgument number(std::string_view name, double default_value) {
  return {.kind = LayerArgument::Kind::kFloat, .name = name, .default_value = default_value};
}
LayerArgument flag(std::string_view name) {
  return {.kind = LayerArgument::Kind::kBool, .name = name, .default_value = false};
}

}  // namespace

std::span<const OptimizerCodec> optimizer_codecs() {
  static const OptimizerCodec codecs[] = {
      {"Adam",
       "adam",
       {number("learning_rate", 1e-3), number("beta_1", 0.9), number("beta_2", 0.999), number("epsilon", 1e-7)}},
      {"SGD", "sgd", {number("learning_rate", 1e-2), number("momentum", 0.0), flag("nesterov")}}};
  return codecs;
}

std::span<const LossCodec> loss_codecs() {
  static const LossCodec codecs[] = {
      {"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", "sparse_categorical_crossentropy", true},
      {"MeanSquaredError", "mean_squared_error", "mse", false}};
  return codecs;
}

const OptimizerCodec* find_optimizer(std::string_view name) {
  const auto codecs = optimizer_codecs();
  const auto found = std::ranges::find_if(
      codecs, [&](const OptimizerCodec& codec) { return codec.class_name == name || codec.name == name; });
  return found == codecs.end() ? nullptr : &*found;
}

const LossCodec* find_loss(std::string_view name) {
  const auto codecs = loss_codecs();
  const auto found = std::ranges::find_if(codecs, [&](const LossCodec& codec) {
    return codec.class_name == name || codec.name == name || codec.short_name == name;
  });
  return found == codecs.end() ? nullptr : &*found;
}

}  // namespace thimble
