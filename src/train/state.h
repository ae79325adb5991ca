// Where a training stands, besides what the model holds: what a checkpoint needs so that training goes on to the same
// bits.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "train/loss.h"
#include "wire/npz.h"

namespace thimble {

struct EpochResult {
  double loss = 0.0;
  double accuracy = 0.0;  // NaN for losses of numbers
  double val_loss = 0.0;
  double val_accuracy = 0.0;
  double seconds = 0.0;                // of training alone
  std::map<std::string, double> more;  // other metrics by name: "precision", "val_precision", "learning_rate"
};

/// How far an epoch is.
struct EpochPosition {
  int epoch = 0;         // its number, from 0
  int step = 0;          // steps of it that are over
  LossSums sums = {};    // of those
  double seconds = 0.0;  // that they took
};

/// What a callback remembers.
struct CallbackState {
  double best = std::nan("");       // of what it watches; NaN: nothing yet
  int wait = 0;                     // epochs without improvement
  int cooldown = 0;                 // epochs to wait
  std::vector<float> weights = {};  // the best ones, if it restores them
};

struct TrainState {
  EpochPosition position;
  std::vector<EpochResult> history = {};      // of the epochs that are over
  std::vector<CallbackState> callbacks = {};  // in the order of TrainOptions::callbacks
  double learning_rate = 0.0;                 // as a callback has set it; 0: as the optimizer has it
  bool over = false;                          // stopped early
};

/// The state as arrays by name, and back. Throws InputError when an array is missing or of another kind.
NpzArrays to_arrays(const TrainState& state);
TrainState train_state_from(const NpzArrays& arrays);

/// Keras's History.history as JSON: a list for each of loss, accuracy, val_loss, val_accuracy, seconds, and what else
/// the epochs have; accuracies only where there are any.
std::string history_json(const std::vector<EpochResult>& history);

}  // namespace thimble
