#include "sweep/schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace thimble {
namespace {

Sweep sweep_of(SweepMethod method, std::size_t configurations, int eta) {
  Sweep sweep;
  sweep.method = method;
  sweep.eta = eta;
  sweep.configurations.resize(configurations);
  return sweep;
}

/// Configuration i has the accuracy of i; those in `failed` fail.
Trial result_of(const Job& job, const std::set<std::size_t>& failed) {
  Trial trial;
  trial.job = job;
  trial.state = failed.contains(job.configuration) ? Trial::State::kFailed : Trial::State::kDone;
  trial.quantized_accuracy = static_cast<double>(job.configuration);
  return trial;
}

Trials run_all(const Sweep& sweep, const std::vector<int>& rungs, const std::set<std::size_t>& failed = {}) {
  Trials trials;
  for (auto jobs = ready_jobs(sweep, rungs, trials); !jobs.empty(); jobs = ready_jobs(sweep, rungs, trials)) {
    trials[jobs.back()] = result_of(jobs.back(), failed);
  }
  return trials;
}

std::vector<std::size_t> configurations_of(const Trials& trials, int rung) {
  std::vector<std::size_t> result;
  for (const auto& [job, trial] : trials) {
    if (job.rung == rung) result.push_back(job.configuration);
  }
  return result;
}

TEST(SweepSchedule, AGridTriesAllOnce) {
  const Sweep sweep = sweep_of(SweepMethod::kGrid, 7, 3);
  const std::vector<int> rungs = rungs_of(sweep, 5);
  EXPECT_EQ(rungs, std::vector<int>{0});
  EXPECT_EQ(run_all(sweep, rungs).size(), 7u);
  EXPECT_EQ(planned_trials(sweep, rungs), 7u);
}

TEST(SweepSchedule, HalvingKeepsTheBest) {
  const Sweep sweep = sweep_of(SweepMethod::kHalving, 10, 3);
  const std::vector<int> rungs = rungs_of(sweep, 20);
  EXPECT_EQ(rungs, (std::vector<int>{1, 3, 9, 20}));
  const Trials trials = run_all(sweep, rungs);
  EXPECT_EQ(configurations_of(trials, 0).size(), 10u);
  EXPECT_EQ(configurations_of(trials, 1), (std::vector<std::size_t>{7, 8, 9}));
  EXPECT_EQ(configurations_of(trials, 2), (std::vector<std::size_t>{9}));
  EXPECT_EQ(configurations_of(trials, 3), (std::vector<std::size_t>{9}));
  EXPECT_EQ(planned_trials(sweep, rungs), trials.size());
  EXPECT_EQ(ranking(trials, sweep.metric).front()->job, (Job{9, 3, 20}));
  EXPECT_EQ(ranking(trials, sweep.metric).size(), 10u);
}

TEST(SweepSchedule, WhatFailedDoesNotGoOn) {
  const Sweep sweep = sweep_of(SweepMethod::kHalving, 6, 2);
  const Trials trials = run_all(sweep, rungs_of(sweep, 2), {5, 3});
  EXPECT_EQ(configurations_of(trials, 1), (std::vector<std::size_t>{1, 2, 4}));
  const Trials none = run_all(sweep, rungs_of(sweep, 2), {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(none.size(), 6u);
  EXPECT_TRUE(ranking(none, sweep.metric).empty());
}

TEST(SweepSchedule, ARungWaitsForTheOneBefore) {
  const Sweep sweep = sweep_of(SweepMethod::kHalving, 4, 2);
  const std::vector<int> rungs = rungs_of(sweep, 2);
  Trials trials;
  for (const Job& job : ready_jobs(sweep, rungs, {})) trials[job] = result_of(job, {});
  trials.begin()->second.state = Trial::State::kRunning;
  EXPECT_TRUE(ready_jobs(sweep, rungs, trials).empty());
  trials.begin()->second.state = Trial::State::kDone;
  EXPECT_EQ(ready_jobs(sweep, rungs, trials).size(), 2u);
}

TEST(SweepSchedule, TheLessLossTheBetter) {
  Sweep sweep = sweep_of(SweepMethod::kHalving, 3, 3);
  sweep.metric = SweepMetric::kValLoss;
  Trials trials;
  for (const Job& job : ready_jobs(sweep, {1, 2}, {})) {
    trials[job] = result_of(job, {});
    trials[job].val_loss = job.configuration == 1 ? 0.5 : 0.7;
  }
  EXPECT_EQ(ready_jobs(sweep, {1, 2}, trials), (std::vector<Job>{{1, 1, 2}}));
}

}  // namespace
}  // namespace thimble
