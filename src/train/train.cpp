#include "train/train.h"

#include <chrono>

#include "base/error.h"

namespace thimble {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// The epochs of one call of train().
class Loop {
 public:
  Loop(Model& model, const Dataset& train, const Dataset& test, const TrainOptions& options, Progress& progress,
       const TrainHooks& hooks, TrainState start)
      : data_(train),
        test_(test),
        options_(options),
        progress_(progress),
        hooks_(hooks),
        trainer_(model, options),
        state_(std::move(start)) {}

  TrainResult run() {
    save();  // an older checkpoint in this place is not taken for one of this training
    while (state_.position.epoch < options_.epochs && !stopped_) run_epoch();
    trainer_.save();
    return {state_.history, stopped_};
  }

 private:
  void run_epoch() {
    EpochPosition& position = state_.position;
    progress_.line(fmt::format("Epoch {}/{}", position.epoch + 1, options_.epochs));
    while (!run_steps()) {
      save();
      if (stopped_) return;
    }
    const double seconds = position.seconds;
    const LossAndAccuracy trained = trainer_.so_far();
    const LossAndAccuracy tested = trainer_.evaluate(test_);
    progress_.finish(position.step, progress_note(seconds, position.step, trained) + validation_note(tested));
    state_.history.push_back({trained.loss, trained.accuracy, tested.loss, tested.accuracy, seconds, {}});
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
    return over;
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
  return fmt::format("{:.0f}s {:.1f}ms/step - accuracy: {:.4f} - loss: {:.4f}", seconds,
                     steps > 0 ? 1000 * seconds / steps : 0.0, result.accuracy, result.loss);
}

std::string validation_note(const LossAndAccuracy& result) {
  return fmt::format(" - val_accuracy: {:.4f} - val_loss: {:.4f}", result.accuracy, result.loss);
}

TrainResult train(Model& model, const Dataset& train, const Dataset& test, const TrainOptions& options,
                  Progress& progress, const TrainHooks& hooks, TrainState start) {
  return Loop(model, train, test, options, progress, hooks, std::move(start)).run();
}

}  // namespace thimble
