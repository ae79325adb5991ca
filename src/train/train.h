// Training a model on a data set. The same seed gives the same bits, whatever the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "data/augment.h"
#include "data/dataset.h"
#include "ir/layer.h"

namespace thimble {

struct TrainOptions {
  int batch_size = 32;
  int epochs = 1;          // the number of the last one
  std::uint64_t seed = 0;  // of the order of the samples, and of dropout
  int threads = 0;         // 0: one a CPU
  /// The number of the first epoch, from 0: where training goes on that was interrupted.
  int first_epoch = 0;
  Augmentation augmentation = {};  // of the training samples
};

/// As Keras reports them: in training, the means over the epoch's batches while the weights moved; in evaluation, the
/// means over the data set.
struct LossAndAccuracy {
  double loss = 0.0;
  double accuracy = 0.0;  // 0 for losses without classes
};

struct EpochResult {
  double loss = 0.0;
  double accuracy = 0.0;
  double val_loss = 0.0;
  double val_accuracy = 0.0;
  double seconds = 0.0;  // of training alone
};

struct TrainResult {
  std::vector<EpochResult> epochs;
};

/// Trains `model` with its own optimizer and loss, going on from the optimizer's state if it has one, and evaluates on
/// `test` after each epoch. The weights, their averages and the optimizer's state are in `model` afterwards. Throws
/// InputError when data and model do not fit, when the model cannot be trained, and when the loss stops being finite;
/// then the model is left as it was.
TrainResult train(Model& model, const Dataset& train, const Dataset& test, const TrainOptions& options,
                  Progress& progress = no_progress());

/// Keras's History.history as JSON: a list for each of loss, accuracy, val_loss, val_accuracy, seconds.
std::string history_json(const TrainResult& result);

/// For those who want to do between the epochs what train() does not.
class Trainer {
 public:
  /// `model` must outlive the trainer. Throws InputError as train() does.
  Trainer(Model& model, const TrainOptions& options);
  ~Trainer();

  /// One epoch, the samples in an order that depends on the seed and `epoch` only. `step_done(step, steps, so_far)` is
  /// called now and then. Throws InputError when the loss stops being finite.
  using StepDone = std::function<void(int step, int steps, const LossAndAccuracy& so_far)>;
  LossAndAccuracy run_epoch(const Dataset& data, int epoch, const StepDone& step_done = {});
  /// At inference: no dropout, moving averages.
  LossAndAccuracy evaluate(const Dataset& data);
  /// Writes weights and optimizer state back to the model.
  void save() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thimble
