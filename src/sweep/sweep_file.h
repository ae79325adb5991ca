// What to sweep: a TOML file.
//
//   recipe = "recipe.toml"                # relative to this file
//   method = "random"                     # grid (all combinations), random, or halving (successive halving)
//   trials = 30                           # of random and halving
//   seed = 0                              # of the choice; each trial has the recipe's own seed
//   metric = "quantized_accuracy"         # or val_accuracy, or val_loss (the less the better)
//   eta = 3                               # of halving: one in eta goes on, for eta times as many epochs
//   min_epochs = 1                        # of halving: what all get
//   [parameters]                          # sweep/space.h
//   "layers.1.filters" = [4, 8, 12]
//   "train.learning_rate" = {min = 3e-4, max = 1e-2, scale = "log"}
//   [device]                              # optional: where the quantized model is measured
//   board = "m4"
//   optimize = "speed"
//   ram = 3072                            # bytes of the arena at most: as --ram
//   input_buffer = "caller"               # or arena; output_buffer likewise: what is not in the model's RAM
//   max_flash = 20480                     # bytes of weights and code; what is above is not trained
//   max_ram = 4096                        # bytes, stack included
//   max_instructions = 200000             # of an inference
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/optimize.h"
#include "board/board.h"
#include "deploy/deploy.h"
#include "sweep/space.h"

namespace thimble {

enum class SweepMethod { kGrid, kRandom, kHalving };
enum class SweepMetric { kQuantizedAccuracy, kValAccuracy, kValLoss };

struct SweepDevice {
  const Board* board = nullptr;  // null: nothing is measured
  Optimize optimize = Optimize::kSpeed;
  MemoryOptions memory = {};
  std::uint64_t max_flash = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ram = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();
};

struct Sweep {
  std::filesystem::path path;  // of the file itself
  std::filesystem::path recipe;
  SweepMethod method = SweepMethod::kGrid;
  SweepMetric metric = SweepMetric::kQuantizedAccuracy;
  int eta = 3;
  int min_epochs = 1;
  std::vector<SweepParameter> space;
  std::vector<Configuration> configurations;  // all that are tried, in their order
  SweepDevice device;
  std::string text;  // of the file: what a sweep that goes on must still be
};

/// Reads and checks. Throws InputError that names the file and the place in it. That the configurations make valid
/// recipes is left to those who try them.
Sweep read_sweep(FileSystem& files, const std::filesystem::path& path);

}  // namespace thimble
