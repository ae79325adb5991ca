#include "train/callbacks.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace thimble {
namespace {

/// Whether the greater value is the better one.
bool rises(const Attributes& config) {
  const std::string& mode = config.text("mode");
  if (mode != "auto") return mode == "max";
  for (const char* good : {"accuracy", "precision", "recall", "f1_score", "auc", "r2_score"}) {
    if (config.text("monitor").find(good) != std::string::npos) return true;
  }
  return false;
}

double min_delta(const Attributes& config) {
  return config.has("min_delta") ? std::abs(double{config.real("min_delta")}) : 0.0;
}

/// A reference of NaN stands for none.
bool is_better(const Attributes& config, double value, double reference) {
  if (std::isnan(reference)) return true;
  return rises(config) ? value - min_delta(config) > reference : value + min_delta(config) < reference;
}

bool early_stopping(const Attributes& config, CallbackState& state, int epoch, double value, CallbackContext& context) {
  if (epoch < config.integer("start_from_epoch")) return false;
  const bool restores = config.flag("restore_best_weights");
  if (restores && state.weights.empty()) state.weights = context.weights();
  ++state.wait;
  if (is_better(config, value, state.best)) {
    state.best = value;
    if (restores) state.weights = context.weights();
    if (!config.has("baseline") || is_better(config, value, double{config.real("baseline")})) state.wait = 0;
    return false;
  }
  return state.wait >= config.integer("patience") && epoch > 0;
}

void reduce_on_plateau(const Attributes& config, CallbackState& state, double value, CallbackContext& context) {
  if (state.cooldown > 0) {
    --state.cooldown;
    state.wait = 0;
  }
  if (is_better(config, value, state.best)) {
    state.best = value;
    state.wait = 0;
    return;
  }
  if (state.cooldown > 0 || ++state.wait < config.integer("patience")) return;
  const double least = double{config.real("min_lr")}, old = context.learning_rate();
  if (old <= least) return;
  context.set_learning_rate(std::max(least, old * double{config.real("factor")}));
  state.cooldown = config.integer("cooldown");
  state.wait = 0;
}

}  // namespace

void check_callbacks(const std::vector<Callback>& callbacks, const std::vector<std::string>& names,
                     const LearningRateSchedule& schedule) {
  for (const Callback& callback : callbacks) {
    const std::string& monitor = callback.config.text("monitor");
    require(std::ranges::find(names, monitor) != names.end(), "{}: monitor = '{}' is not measured; what is: {}",
            callback.class_name, monitor, fmt::join(names, ", "));
    if (callback.class_name != "ReduceLROnPlateau") continue;
    require(schedule.class_name.empty(), "ReduceLROnPlateau cannot change the learning rate of {}; give a number",
            schedule.class_name);
    const float factor = callback.config.real("factor");
    require(factor > 0.0f && factor < 1.0f, "ReduceLROnPlateau: factor = {}: must be between 0 and 1", factor);
  }
}

bool run_callback(const Callback& callback, CallbackState& state, int epoch,
                  const std::map<std::string, double>& results, CallbackContext& context) {
  const Attributes& config = callback.config;
  const double value = results.at(config.text("monitor"));
  if (callback.class_name == "EarlyStopping") return early_stopping(config, state, epoch, value, context);
  if (callback.class_name == "ReduceLROnPlateau") {
    reduce_on_plateau(config, state, value, context);
    return false;
  }
  ensure(callback.class_name == "ModelCheckpoint", "no callback is called {}", callback.class_name);
  if (is_better(config, value, state.best)) {
    state.best = value;
    context.keep(config.text("filepath"));
  }
  return false;
}

}  // namespace thimble
