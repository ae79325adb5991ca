// The optimizers, schedules, losses and callbacks of Keras that Thimble trains with: names and arguments, for recipes
// and .keras files.
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
  /// Keras keeps all slots of a weight side by side (Adam: m, v, m, v), not slot after slot.
  bool interleaved = false;
};

/// What changes the learning rate from step to step. Steps count from 0.
struct ScheduleCodec {
  std::string_view class_name;  // "CosineDecay"
  std::vector<LayerArgument> arguments;
  bool in_keras = true;
};

struct LossCodec {
  std::string_view class_name;                // "MeanSquaredError"
  std::string_view name;                      // "mean_squared_error"
  std::string_view short_name;                // "mse", or the name once more
  bool has_from_logits;                       // its argument from_logits
  std::vector<LayerArgument> arguments = {};  // the others
};

struct CallbackCodec {
  std::string_view class_name;  // "EarlyStopping"
  std::vector<LayerArgument> arguments;
};

std::span<const OptimizerCodec> optimizer_codecs();
std::span<const ScheduleCodec> schedule_codecs();
std::span<const LossCodec> loss_codecs();
std::span<const CallbackCodec> callback_codecs();

/// By class name or name; null if there is none.
const OptimizerCodec* find_optimizer(std::string_view name);
/// By class name; null if there is none.
const ScheduleCodec* find_schedule(std::string_view name);
const CallbackCodec* find_callback(std::string_view name);
/// By any of its names; null if there is none.
const LossCodec* find_loss(std::string_view name);

}  // namespace thimble
