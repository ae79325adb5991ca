#include "train/train.h"

#include <chrono>

#include "base/error.h"

namespace thimble {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// "1s 0.3ms/step - accuracy: 0.9012 - loss: 0.3345", as Keras says it.
std::string note_of(double seconds, int steps, const LossAndAccuracy& result) {
  return fmt::format("{:.0f}s {:.1f}ms/step - accuracy: {:.4f} - loss: {:.4f}", seconds,
                     steps > 0 ? 1000 * seconds / steps : 0.0, result.accuracy, result.loss);
}

EpochResult run_epoch(Trainer& trainer, const Dataset& data, const Dataset& test, int epoch, Progress& progress) {
  const Clock::time_point start = Clock::now();
  int steps = 0;
  const LossAndAccuracy trained = trainer.run_epoch(data, epoch, [&](int step, int all, const LossAndAccuracy& so_far) {
    steps = all;
    progress.update(step, all, note_of(seconds_since(start), step, so_far));
  });
  const double seconds = seconds_since(start);
  const LossAndAccuracy tested = trainer.evaluate(test);
  progress.finish(steps, note_of(seconds, steps, trained) +
                             fmt::format(" - val_accuracy: {:.4f} - val_loss: {:.4f}", tested.accuracy, tested.loss));
  return {trained.loss, trained.accuracy, tested.loss, tested.accuracy, seconds};
}

}  // namespace

TrainResult train(Model& model, const Dataset& train, const Dataset& test, const TrainOptions& options,
                  Progress& progress) {
  Trainer trainer(model, options);
  TrainResult result;
  for (int epoch = options.first_epoch; epoch < options.epochs; ++epoch) {
    progress.line(fmt::format("Epoch {}/{}", epoch + 1, options.epochs));
    result.epochs.push_back(run_epoch(trainer, train, test, epoch, progress));
  }
  trainer.save();
  return result;
}

std::string history_json(const TrainResult& result) {
  struct Column {
    const char* name;
    double EpochResult::*value;
  };
  constexpr Column kColumns[] = {{"loss", &EpochResult::loss},
                                 {"accuracy", &EpochResult::accuracy},
                                 {"val_loss", &EpochResult::val_loss},
                                 {"val_accuracy", &EpochResult::val_accuracy},
                                 {"seconds", &EpochResult::seconds}};
  std::string json;
  for (const Column& column : kColumns) {
    json += fmt::format("{}  \"{}\": [", json.empty() ? "{\n" : ",\n", column.name);
    for (std::size_t i = 0; i < result.epochs.size(); ++i) {
      json += fmt::format("{}{}", i == 0 ? "" : ", ", result.epochs[i].*column.value);
    }
    json += "]";
  }
  return json + "\n}\n";
}

}  // namespace thimble
