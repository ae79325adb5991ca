// One training with its checkpoints in a folder.
#pragma once

#include <filesystem>

#include "compress/compress.h"
#include "io/recipe.h"
#include "train/train.h"

namespace thimble {

struct CheckpointOptions {
  std::filesystem::path folder;
  bool resume = false;  // goes on from the folder's checkpoint, if there is one
  double seconds = 10.0;
  int steps = 0;
};

/// The options that the recipe gives.
TrainOptions options_of(const Recipe& recipe);

/// Trains `model`. Throws InputError when a signal asks it to stop, after a last checkpoint.
TrainResult run_session(FileSystem& files, const Recipe& recipe, Model& model, const Dataset& train,
                        const Dataset& validation, const TrainOptions& options, const CheckpointOptions& checkpoints,
                        Progress& progress);

/// Compresses `model` as the recipe says, with a checkpoint of its own, compress.npz, after each epoch. Throws
/// InputError when a signal asks it to stop.
CompressResult run_compression(FileSystem& files, const Recipe& recipe, Model& model, const Dataset& train,
                               const Dataset& validation, const TrainOptions& options,
                               const CheckpointOptions& checkpoints, Progress& progress);

/// Whether a signal has asked to stop.
bool asked_to_stop();

}  // namespace thimble
