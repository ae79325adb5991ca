// Where a training stands, besides what the model holds: what a checkpoint needs so that training goes on to the same
// bits.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/loss.h"
#include "wire/npz.h"

namespace thimble {

struct EpochResult {
  double loss = 0.0;
  double accuracy = 0.0;
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

struct TrainState {
  EpochPosition position;
  std::vector<EpochResult> history;  // of the epochs that are over
};

/// The state as arrays by name, and back. Throws InputError when an array is missing or of another kind.
NpzArrays to_arrays(const TrainState& state);
TrainState train_state_from(const NpzArrays& arrays);

/// Keras's History.history as JSON: a list for each of loss, accuracy, val_loss, val_accuracy, seconds, and what else
/// the epochs have.
std::string history_json(const std::vector<EpochResult>& history);

}  // namespace thimble
