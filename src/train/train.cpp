#include "train/train.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "train/callbacks.h"

namespace thimble {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// " - accuracy: 0.9012 - loss: 0.3345", as Keras says it.
std::string metrics_text(const LossAndAccuracy& result, const char* prefix) {
  std::string text;
  if (!std::isnan(result.accuracy)) text += fmt::format(" - {}accuracy: {:.4f}", prefix, result.accuracy);
  for (const auto& [name, value] : result.metrics) text += fmt::format(" - {}{}: {:.4f}", prefix, name, value);
  return text + fmt::format(" - {}loss: {:.4f}", prefix, result.loss);
}

/// What there is to watch and to put into the history, by name.
std::map<std::string, double> values_of(const EpochResult& epoch) {
  std::map<std::string, double> values = epoch.more;
  values["loss"] = epoch.loss;
  values["val_loss"] = epoch.val_loss;
  if (!std::isnan(epoch.accuracy)) {
    values["accuracy"] = epoch.accuracy;
    values["val_accuracy"] = epoch.val_accuracy;
  }
  return values;
}

/// The epochs of one call of train().
class Loop final : private CallbackContext {
 public:
  Loop(Model& model, const Dataset& train, const Dataset& test, const TrainOptions& options, Progress& progress,
       const TrainHooks& hooks, TrainState start)
      : model_(model),
        data_(train),
        test_(test),
        options_(options),
        progress_(progress),
        hooks_(hooks),
        trainer_(model, options),
        state_(std::move(start)) {
    trainer_.check(train);
    trainer_.check(test);
    check_callbacks(options.callbacks, names(), model.optimizer.schedule);
    state_.callbacks.resize(options.callbacks.size());
    if (state_.learning_rate > 0.0) trainer_.set_learning_rate(state_.learning_rate);
  }

  TrainResult run() {
    save();  // an older checkpoint in this place is not taken for one of this training
    const int end = options_.until > 0 ? std::min(options_.until, options_.epochs) : options_.epochs;
    while (state_.position.epoch < end && !stopped_ && !state_.over) run_epoch();
    TrainResult result = {state_.history, stopped_, {}};
    if (!stopped_) finish(result);
    trainer_.save();
    return result;
  }

 private:
  double learning_rate() const override { return trainer_.learning_rate(); }
  void set_learning_rate(double rate) override {
    progress_.line(fmt::format("The learning rate is reduced to {:.6g}", rate));
    trainer_.set_learning_rate(rate);
    state_.learning_rate = rate;
  }
  std::vector<float> weights() const override { return trainer_.evaluated_parameters(); }
  void keep(const std::string& file) override {
    if (!hooks_.keep) return;
    const std::vector<float> current = trainer_.parameters();
    trainer_.set_parameters(trainer_.evaluated_parameters());
    trainer_.save();
    trainer_.set_parameters(current);
    hooks_.keep(file);
  }

  /// Of what values_of gives for an epoch.
  std::vector<std::string> names() const {
    EpochResult epoch;
    epoch.accuracy = trainer_.so_far().accuracy;
    for (const auto& [name, value] : trainer_.so_far().metrics) epoch.more[name] = epoch.more["val_" + name] = value;
    std::vector<std::string> result = {"learning_rate"};
    for (const auto& [name, value] : values_of(epoch)) result.push_back(name);
    return result;
  }

  void run_epoch() {
    EpochPosition& position = state_.position;
    progress_.line(fmt::format("Epoch {}/{}", position.epoch + 1, options_.epochs));
    while (!run_steps()) {
      save();
      if (stopped_) return;
    }
    const LossAndAccuracy trained = trainer_.so_far();
    const LossAndAccuracy tested = trainer_.evaluate(test_);
    progress_.finish(position.step, progress_note(position.seconds, position.step, trained) + validation_note(tested));
    EpochResult result = {trained.loss, trained.accuracy, tested.loss, tested.accuracy, position.seconds, {}};
    for (const auto& [name, value] : trained.metrics) result.more[name] = value;
    for (const auto& [name, value] : tested.metrics) result.more["val_" + name] = value;
    if (changes_rate()) result.more["learning_rate"] = trainer_.learning_rate();
    state_.history.push_back(result);
    run_callbacks(result);
    position = {.epoch = position.epoch + 1};
    save();
  }

  /// Steps to the end of the epoch, or until a checkpoint is due; returns whether the epoch is over.
  bool run_steps() {
    EpochPosition& position = state_.position;
    const Clock::time_point start = Clock::now();
    const double before = position.seconds;
    const bool over = trainer_.run_epoch(data_, position, [&](int step, int steps, const LossAndAccuracy& so_far) {
      if (step % 16 == 0) progress_.update(step, steps, progress_note(before + seconds_since(start), step, so_far));
      stopped_ = hooks_.stop && hooks_.stop();
      return stopped_ || (hooks_.save && is_due());
    });
    position.seconds += seconds_since(start);
    stopped_ = trainer_.any(stopped_);
    return over;
  }

  bool changes_rate() const {
    return !model_.optimizer.schedule.class_name.empty() ||
           std::ranges::any_of(options_.callbacks,
                               [](const Callback& c) { return c.class_name == "ReduceLROnPlateau"; });
  }

  void run_callbacks(const EpochResult& result) {
    std::map<std::string, double> values = values_of(result);
    values["learning_rate"] = trainer_.learning_rate();
    for (std::size_t i = 0; i < options_.callbacks.size(); ++i) {
      const bool stop = run_callback(options_.callbacks[i], state_.callbacks[i], state_.position.epoch, values, *this);
      if (stop) progress_.line("Stopped early: " + options_.callbacks[i].config.text("monitor") + " does not improve");
      state_.over |= stop;
    }
  }

  /// The weights that the training comes to: the best ones, or the moving averages, or the last ones.
  void finish(TrainResult& result) {
    trainer_.set_parameters(trainer_.evaluated_parameters());
    for (const CallbackState& callback : state_.callbacks) {
      if (callback.weights.empty()) continue;
      trainer_.set_parameters(callback.weights);
      result.test = trainer_.evaluate_as_it_is(test_);
      return;
    }
    const EpochResult& last = result.epochs.back();
    result.test = {last.val_loss, last.val_accuracy, {}};
    for (const auto& [name, value] : last.more) {
      if (name.starts_with("val_")) result.test.metrics.emplace_back(name.substr(4), value);
    }
  }

  bool is_due() {
    ++steps_since_save_;
    if (hooks_.save_steps > 0 && steps_since_save_ >= hooks_.save_steps) return true;
    return hooks_.save_seconds > 0 && seconds_since(saved_) >= hooks_.save_seconds;
  }

  void save() {
    steps_since_save_ = 0;
    if (!hooks_.save) return;
    trainer_.save();
    hooks_.save(state_);
    saved_ = Clock::now();
  }

  Model& model_;
  const Dataset& data_;
  const Dataset& test_;
  const TrainOptions& options_;
  Progress& progress_;
  const TrainHooks& hooks_;
  Trainer trainer_;
  TrainState state_;
  int steps_since_save_ = 0;
  Clock::time_point saved_ = Clock::now();
  bool stopped_ = false;
};

}  // namespace

std::string progress_note(double seconds, int steps, const LossAndAccuracy& result) {
  const double step = steps > 0 ? seconds / steps : 0.0;
  const std::string pace = step < 1e-3 ? fmt::format("{:.0f}us", 1e6 * step) : fmt::format("{:.1f}ms", 1e3 * step);
  return fmt::format("{:.0f}s {}/step", seconds, pace) + metrics_text(result, "");
}

std::string validation_note(const LossAndAccuracy& result) { return metrics_text(result, "val_"); }

TrainResult train(Model& model, const Dataset& train, const Dataset& test, const TrainOptions& options,
                  Progress& progress, const TrainHooks& hooks, TrainState start) {
  return Loop(model, train, test, options, progress, hooks, std::move(start)).run();
}

}  // namespace thimble
