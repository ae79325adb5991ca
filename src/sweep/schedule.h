// What a sweep does next.
#pragma once

#include <map>
#include <vector>

#include "sweep/trial.h"

namespace thimble {

using Trials = std::map<Job, Trial>;

/// The rungs of a sweep: how many epochs each gives, the recipe's `epochs` in the last. One rung, unless the method is
/// successive halving (Jamieson, Talwalkar: Non-stochastic best arm identification and hyperparameter optimization,
/// 2016).
std::vector<int> rungs_of(const Sweep& sweep, int epochs);

/// The jobs that may be started now: those of the first rung that is not over yet which `trials` lacks. A rung's
/// configurations are the best 1 / eta of the rung before, at least one; of equals, the first. Empty when nothing is
/// left to start, for now or for good.
std::vector<Job> ready_jobs(const Sweep& sweep, const std::vector<int>& rungs, const Trials& trials);

/// How many trials the whole sweep has, as far as can be told: each rung's count.
std::size_t planned_trials(const Sweep& sweep, const std::vector<int>& rungs);

/// Trials that are done, the best first; of a configuration, only the one of its last rung.
std::vector<const Trial*> ranking(const Trials& trials, SweepMetric metric);

}  // namespace thimble
