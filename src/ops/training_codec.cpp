#include "ops/training_codec.h"

#include <algorithm>

namespace thimble {
namespace {

using Kind = LayerArgument::Kind;

LayerArgument number(std::string_view name, double default_value) {
  return {.kind = Kind::kFloat, .name = name, .default_value = default_value};
}
LayerArgument required(Kind kind, std::string_view name) { return {.kind = kind, .name = name, .required = true}; }
LayerArgument optional_number(std::string_view name) { return {.kind = Kind::kFloat, .name = name, .optional = true}; }
LayerArgument count(std::string_view name, std::int64_t default_value) {
  return {.kind = Kind::kInt, .name = name, .default_value = default_value, .least = 0};
}
/// If it is not given, what is left of the training.
LayerArgument steps(std::string_view name) { return {.kind = Kind::kInt, .name = name, .optional = true}; }
LayerArgument flag(std::string_view name) { return {.kind = Kind::kBool, .name = name, .default_value = false}; }
LayerArgument choice(std::string_view name, std::string_view default_value, std::vector<std::string_view> choices) {
  return {.kind = Kind::kText, .name = name, .default_value = std::string(default_value), .choices = choices};
}

/// The optimizer's own arguments, and those that all have.
std::vector<LayerArgument> with_common(double learning_rate, std::vector<LayerArgument> own, bool decays = false) {
  std::vector<LayerArgument> arguments = {number("learning_rate", learning_rate)};
  arguments.insert(arguments.end(), own.begin(), own.end());
  arguments.push_back(decays ? number("weight_decay", 0.004) : optional_number("weight_decay"));
  for (const char* name : {"clipnorm", "global_clipnorm", "clipvalue"}) arguments.push_back(optional_number(name));
  arguments.push_back(flag("use_ema"));
  arguments.push_back(number("ema_momentum", 0.99));
  return arguments;
}

template <typename Codecs, typename Matches>
auto find(const Codecs& codecs, const Matches& matches) -> decltype(codecs.data()) {
  const auto found = std::ranges::find_if(codecs, matches);
  return found == codecs.end() ? nullptr : &*found;
}

std::vector<LayerArgument> monitored(std::string_view monitor, std::vector<LayerArgument> own) {
  std::vector<LayerArgument> arguments = {
      {.kind = Kind::kText, .name = "monitor", .default_value = std::string(monitor)},
      choice("mode", "auto", {"auto", "min", "max"})};
  arguments.insert(arguments.end(), own.begin(), own.end());
  return arguments;
}

}  // namespace

std::span<const OptimizerCodec> optimizer_codecs() {
  const std::vector<LayerArgument> adam = {number("beta_1", 0.9), number("beta_2", 0.999), number("epsilon", 1e-7)};
  static const OptimizerCodec codecs[] = {
      {"Adam", "adam", with_common(1e-3, adam), true},
      {"AdamW", "adamw", with_common(1e-3, adam, true), true},
      {"SGD", "sgd", with_common(1e-2, {number("momentum", 0.0), flag("nesterov")})},
      {"RMSprop", "rmsprop",
       with_common(1e-3, {number("rho", 0.9), number("momentum", 0.0), number("epsilon", 1e-7), flag("centered")})},
      {"Lion", "lion", with_common(1e-3, {number("beta_1", 0.9), number("beta_2", 0.99)})}};
  return codecs;
}

std::span<const ScheduleCodec> schedule_codecs() {
  const auto start = [] { return required(Kind::kFloat, "initial_learning_rate"); };
  const auto rate = [] { return required(Kind::kFloat, "decay_rate"); };
  static const ScheduleCodec codecs[] = {
      {"CosineDecay",
       {start(), steps("decay_steps"), number("alpha", 0.0), optional_number("warmup_target"),
        count("warmup_steps", 0)}},
      {"CosineDecayRestarts",
       {start(), required(Kind::kInt, "first_decay_steps"), number("t_mul", 2.0), number("m_mul", 1.0),
        number("alpha", 0.0)}},
      {"ExponentialDecay", {start(), steps("decay_steps"), rate(), flag("staircase")}},
      {"InverseTimeDecay", {start(), steps("decay_steps"), rate(), flag("staircase")}},
      {"PolynomialDecay",
       {start(), steps("decay_steps"), number("end_learning_rate", 1e-4), number("power", 1.0), flag("cycle")}},
      {"PiecewiseConstantDecay", {{.kind = Kind::kInts, .name = "boundaries", .required = true, .least = 0}}},
      {"OneCycle",
       {required(Kind::kFloat, "max_learning_rate"), steps("total_steps"), number("pct_start", 0.3),
        number("div_factor", 25.0), number("final_div_factor", 1e4)},
       false}};
  return codecs;
}

std::span<const LossCodec> loss_codecs() {
  static const LossCodec codecs[] = {
      {"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", "sparse_categorical_crossentropy", true},
      {"CategoricalCrossentropy",
       "categorical_crossentropy",
       "categorical_crossentropy",
       true,
       {number("label_smoothing", 0.0)}},
      {"BinaryCrossentropy", "binary_crossentropy", "bce", true, {number("label_smoothing", 0.0)}},
      {"MeanSquaredError", "mean_squared_error", "mse", false},
      {"MeanAbsoluteError", "mean_absolute_error", "mae", false},
      {"Huber", "huber", "huber", false, {number("delta", 1.0)}}};
  return codecs;
}

std::span<const CallbackCodec> callback_codecs() {
  static const CallbackCodec codecs[] = {
      {"EarlyStopping",
       monitored("val_loss", {number("min_delta", 0.0), count("patience", 0), optional_number("baseline"),
                              flag("restore_best_weights"), count("start_from_epoch", 0)})},
      {"ReduceLROnPlateau",
       monitored("val_loss", {number("factor", 0.1), count("patience", 10), number("min_delta", 1e-4),
                              count("cooldown", 0), number("min_lr", 0.0)})},
      {"ModelCheckpoint",
       monitored("val_loss", {{.kind = Kind::kText, .name = "filepath", .default_value = std::string("best.keras")}})}};
  return codecs;
}

const OptimizerCodec* find_optimizer(std::string_view name) {
  return find(optimizer_codecs(),
              [&](const OptimizerCodec& codec) { return codec.class_name == name || codec.name == name; });
}

const ScheduleCodec* find_schedule(std::string_view name) {
  return find(schedule_codecs(), [&](const ScheduleCodec& codec) { return codec.class_name == name; });
}

const LossCodec* find_loss(std::string_view name) {
  return find(loss_codecs(), [&](const LossCodec& codec) {
    return codec.class_name == name || codec.name == name || codec.short_name == name;
  });
}

const CallbackCodec* find_callback(std::string_view name) {
  return find(callback_codecs(), [&](const CallbackCodec& codec) { return codec.class_name == name; });
}

}  // namespace thimble
