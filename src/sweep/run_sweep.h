// A whole sweep, several trials at a time.
#pragma once

#include <functional>

#include "sweep/store.h"
#include "train/ranks/ranks.h"

namespace thimble {

struct SweepOptions {
  std::filesystem::path folder;   // trials leave their files in folder/trials/NUMBER
  std::filesystem::path thimble;  // the program that trains
  int workers = 0;                // trials at a time in this process; 0: one a CPU, or one if there are ranks
  Ranks* ranks = nullptr;         // those that try, too
};

/// Called after each change of a trial, by one thread at a time.
using SweepWatcher = std::function<void(const Trials& trials, const Trial& changed)>;

/// By rank 0, or by the only process: runs what `store` lacks and returns all trials. Throws InputError when results
/// cannot be kept; trials that run are waited for.
Trials run_sweep(const Sweep& sweep, const std::vector<int>& rungs, SweepStore& store, const SweepOptions& options,
                 const SweepWatcher& watch);

/// By all other ranks: tries what rank 0 sends, until it says that nothing is left.
void serve_sweep(const Sweep& sweep, const SweepOptions& options);

}  // namespace thimble
