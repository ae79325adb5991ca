// Training a model on a data set. The same seed gives the same bits, whatever the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "data/augment.h"
#include "data/dataset.h"
#include "ir/layer.h"
#include "train/constraints.h"
#include "train/ranks/ranks.h"
#include "train/state.h"

namespace thimble {

/// A teacher to learn from, besides the labels (Hinton, Vinyals, Dean 2015).
struct Distillation {
  /// What it gives for all training samples, for each all outputs one after the other: of classes logits, of binary
  /// outputs probabilities; empty: no teacher, or `ask`.
  std::vector<float> teacher = {};
  /// Where samples are blended (mixup): writes what the teacher gives for a sample as it is trained on. One call at a
  /// time.
  std::function<void(std::span<const float> sample, std::span<float> logits)> ask = {};
  float alpha = 0.1f;  // the share of the labels in the loss
  float temperature = 3.0f;

  bool given() const { return !teacher.empty() || ask; }
};

struct TrainOptions {
  int batch_size = 32;
  int epochs = 1;                         // the number of the last one, which schedules are for
  int until = 0;                          // breaks off after so many of them; 0: does not
  std::uint64_t seed = 0;                 // of the order of the samples, and of dropout
  std::size_t shuffle_buffer = 0;         // so many samples are shuffled at a time (data/dataset.h); 0: all
  int threads = 0;                        // 0: one a CPU
  bool fuse = true;                       // layers may be computed together, where only speed differs
  Augmentation augmentation = {};         // of the training samples
  std::vector<std::string> metrics = {};  // besides accuracy: data/metrics.h
  std::map<std::string, std::vector<std::string>> output_metrics = {};  // of single outputs, by name
  int top_k = 5;                                                        // of the metric top_k_categorical_accuracy
  std::vector<float> class_weight = {};  // what the loss of each class's samples is multiplied by; empty: 1
  std::map<std::string, std::vector<float>> output_class_weight = {};  // of several outputs, by name
  std::vector<Callback> callbacks = {};
  Distillation distillation = {};
  /// Processes that train together, each with a part of every batch; null: this one alone. The result is that of one
  /// process, up to the order in which floats are added.
  Ranks* ranks = nullptr;
};

/// As Keras reports them: in training, the means over the epoch's batches while the weights moved; in evaluation, the
/// means over the data set.
struct LossAndAccuracy {
  double loss = 0.0;
  double accuracy = 0.0;  // NaN for losses of numbers
  std::vector<std::pair<std::string, double>> metrics = {};
};

/// "1s 310us/step - accuracy: 0.9012 - loss: 0.3345", as Keras says it.
std::string progress_note(double seconds, int steps, const LossAndAccuracy& result);
/// " - val_accuracy: 0.9012 - val_loss: 0.3345".
std::string validation_note(const LossAndAccuracy& result);

/// What happens while training goes on.
struct TrainHooks {
  /// Keeps a checkpoint: called with the state when the model holds all the rest, after each epoch and whenever
  /// `save_seconds` have passed or `save_steps` steps have been made since (0: never because of that).
  std::function<void(const TrainState&)> save = {};
  double save_seconds = 10.0;
  int save_steps = 0;
  /// ModelCheckpoint: keeps the model, which is the best so far, in `file`.
  std::function<void(const std::string& file)> keep = {};
  /// Asked after each step: whether to stop here. A checkpoint is kept before train() returns.
  std::function<bool()> stop = {};
};

struct TrainResult {
  std::vector<EpochResult> epochs;
  bool stopped = false;  // by TrainHooks::stop
  LossAndAccuracy test;  // of the weights that the model has now
};

/// Trains `model` with its own optimizer and loss, going on from the optimizer's state if it has one, and evaluates on
/// `test` after each epoch. The weights, their averages and the optimizer's state are in `model` afterwards. From the
/// `start` that TrainHooks::save got, and the model as it was then, training comes to the same bits as without a break.
/// Throws InputError when data and model do not fit, when the model cannot be trained, and when the loss stops being
/// finite; then the model is as it was, or as it was last saved.
TrainResult train(Model& model, const Dataset& train, const Dataset& test, const TrainOptions& options,
                  Progress& progress = no_progress(), const TrainHooks& hooks = {}, TrainState start = {});

/// For those who want to do between the epochs what train() does not.
class Trainer {
 public:
  /// `model` must outlive the trainer. Throws InputError as train() does.
  Trainer(Model& model, const TrainOptions& options);
  ~Trainer();

  /// Throws InputError that names the sample when the data does not fit the model.
  void check(const Dataset& data) const;

  /// Called after each step by one of the threads, while the others wait; says whether to pause. Must not throw.
  using StepDone = std::function<bool(int step, int steps, const LossAndAccuracy& so_far)>;
  /// Goes on with an epoch from `position`, which is moved along, and returns whether the epoch is over: `step_done`
  /// may pause it. The order of the samples depends on the seed and the epoch's number only. Throws InputError when
  /// the loss stops being finite.
  bool run_epoch(const Dataset& data, EpochPosition& position, const StepDone& step_done);
  /// Of the steps of the epoch that are over.
  LossAndAccuracy so_far() const;
  /// A whole epoch.
  LossAndAccuracy run_epoch(const Dataset& data, int epoch);
  /// From now on forward and backward see weights and values as `constraints` say; the input, too. Layers that look at
  /// a whole batch (BatchNormalization) cannot have constraints. Needs TrainOptions::fuse = false.
  void constrain(const Constraints& constraints);
  /// At inference: no dropout, moving averages.
  LossAndAccuracy evaluate(const Dataset& data);
  /// Likewise, of the parameters as they are even where there are moving averages.
  LossAndAccuracy evaluate_as_it_is(const Dataset& data);
  /// Writes weights and optimizer state back to the model.
  void save() const;

  /// Of the next step.
  double learning_rate() const;
  void set_learning_rate(double rate);
  /// Whether the condition holds in any rank.
  bool any(bool condition) const;
  /// All parameters in a row, those that are not trained, too.
  std::vector<float> parameters() const;
  /// Likewise, as they are evaluated: the moving averages, if there are any.
  std::vector<float> evaluated_parameters() const;
  void set_parameters(std::span<const float> values);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thimble
