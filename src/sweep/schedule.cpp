#include "sweep/schedule.h"

#include <algorithm>
#include <cmath>

namespace thimble {
namespace {

std::size_t survivors(std::size_t count, int eta) {
  return std::max<std::size_t>(1, count / static_cast<std::size_t>(eta));
}

/// Greater scores first, NaN last.
bool better(double a, double b) { return !std::isnan(a) && (std::isnan(b) || a > b); }

}  // namespace

std::vector<int> rungs_of(const Sweep& sweep, int epochs) {
  if (sweep.method != SweepMethod::kHalving) return {0};
  std::vector<int> rungs;
  for (std::int64_t rung = sweep.min_epochs; rung < epochs; rung *= sweep.eta) rungs.push_back(static_cast<int>(rung));
  rungs.push_back(epochs);
  return rungs;
}

std::vector<Job> ready_jobs(const Sweep& sweep, const std::vector<int>& rungs, const Trials& trials) {
  std::vector<std::size_t> candidates(sweep.configurations.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i] = i;
  for (std::size_t rung = 0; rung < rungs.size(); ++rung) {
    std::vector<Job> jobs;
    bool over = true;
    std::vector<std::pair<double, std::size_t>> scores;
    for (const std::size_t configuration : candidates) {
      const Job job{configuration, static_cast<int>(rung), rungs[rung]};
      const auto found = trials.find(job);
      if (found == trials.end()) {
        jobs.push_back(job);
        continue;
      }
      over = over && found->second.state != Trial::State::kRunning;
      const double score = score_of(found->second, sweep.metric);
      if (!std::isnan(score)) scores.emplace_back(score, configuration);
    }
    if (!jobs.empty() || !over) return jobs;
    std::ranges::stable_sort(scores, [](const auto& a, const auto& b) { return better(a.first, b.first); });
    const std::size_t count = survivors(candidates.size(), sweep.eta);
    candidates.clear();
    for (std::size_t i = 0; i < std::min(count, scores.size()); ++i) candidates.push_back(scores[i].second);
    std::ranges::sort(candidates);
  }
  return {};
}

std::size_t planned_trials(const Sweep& sweep, const std::vector<int>& rungs) {
  std::size_t count = sweep.configurations.size(), total = 0;
  for (std::size_t rung = 0; rung < rungs.size(); ++rung, count = survivors(count, sweep.eta)) total += count;
  return total;
}

std::vector<const Trial*> ranking(const Trials& trials, SweepMetric metric) {
  std::map<std::size_t, const Trial*> last;
  for (const auto& [job, trial] : trials) {
    if (trial.state == Trial::State::kDone) last[job.configuration] = &trial;  // rungs of one come in order
  }
  std::vector<const Trial*> result;
  for (const auto& [configuration, trial] : last) result.push_back(trial);
  std::ranges::stable_sort(result, [&](const Trial* a, const Trial* b) {
    if (a->job.rung != b->job.rung) return a->job.rung > b->job.rung;
    return better(score_of(*a, metric), score_of(*b, metric));
  });
  return result;
}

}  // namespace thimble
