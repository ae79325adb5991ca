// Keras's callbacks that look at an epoch's results: EarlyStopping, ReduceLROnPlateau, ModelCheckpoint.
#pragma once

#include <string>
#include <vector>

#include "train/train.h"

namespace thimble {

/// What a callback may do with the training.
class CallbackContext {
 public:
  virtual ~CallbackContext() = default;
  virtual double learning_rate() const = 0;
  virtual void set_learning_rate(double rate) = 0;
  /// All parameters, as they were evaluated.
  virtual std::vector<float> weights() const = 0;
  /// Keeps the model as it was evaluated in a file of its own.
  virtual void keep(const std::string& file) = 0;
};

/// Throws InputError when a callback watches something that is not in `names`, or an argument is out of range.
void check_callbacks(const std::vector<Callback>& callbacks, const std::vector<std::string>& names,
                     const LearningRateSchedule& schedule);

/// After epoch number `epoch`, from 0; `results` are its values by name. Changes `state`, and returns whether training
/// is to stop.
bool run_callback(const Callback& callback, CallbackState& state, int epoch,
                  const std::map<std::string, double>& results, CallbackContext& context);

}  // namespace thimble
