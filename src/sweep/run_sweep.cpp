#include "sweep/run_sweep.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/error.h"

namespace thimble {
namespace {

constexpr std::chrono::milliseconds kPatience{5};  // between two looks for messages
constexpr std::string_view kReady = "ready", kNothingLeft = "nothing left";

/// What is done, running and left; for several threads.
class SweepRun {
 public:
  SweepRun(const Sweep& sweep, const std::vector<int>& rungs, SweepStore& store, const SweepWatcher& watch)
      : sweep_(sweep), rungs_(rungs), store_(store), watch_(watch), trials_(store.finished()) {}

  /// The next job, which is running from then on; none if none can be started now.
  std::optional<Job> take() {
    const std::lock_guard lock(mutex_);
    return take_locked();
  }
  /// Waits until there is one; none when none is left for good.
  std::optional<Job> wait_for_one() {
    std::unique_lock lock(mutex_);
    for (;;) {
      const std::optional<Job> job = take_locked();
      if (job || is_over_locked()) return job;
      changed_.wait(lock);
    }
  }
  bool is_over() {
    const std::lock_guard lock(mutex_);
    return is_over_locked();
  }
  void finish(const Trial& trial) {
    const std::lock_guard lock(mutex_);
    --running_;
    set(trial);
    changed_.notify_all();
  }
  Trials result() {
    if (failure_) std::rethrow_exception(failure_);
    return std::move(trials_);
  }

 private:
  std::optional<Job> take_locked() {
    if (failure_) return {};
    const std::vector<Job> jobs = ready_jobs(sweep_, rungs_, trials_);
    if (jobs.empty()) return {};
    Trial trial;
    trial.job = jobs.front();
    ++running_;
    set(trial);
    return trial.job;
  }
  bool is_over_locked() const { return running_ == 0 && (failure_ || ready_jobs(sweep_, rungs_, trials_).empty()); }

  void set(const Trial& trial) {
    trials_[trial.job] = trial;
    try {
      store_.put(trial);
      watch_(trials_, trial);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  const Sweep& sweep_;
  const std::vector<int>& rungs_;
  SweepStore& store_;
  const SweepWatcher& watch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Trials trials_;
  int running_ = 0;
  std::exception_ptr failure_;
};

void work(SweepRun& run, const Sweep& sweep, const SweepOptions& options) {
  while (const std::optional<Job> job = run.wait_for_one()) {
    run.finish(run_trial(sweep, *job, trial_folder(options.folder, *job), options.thimble));
  }
}

std::string text_of(const Job& job) {
  Trial trial;
  trial.job = job;
  return to_json(trial).dump();
}

/// Hands out jobs to the other ranks, and takes their results, until all of them know that nothing is left.
void lead_ranks(SweepRun& run, Ranks& ranks) {
  std::set<int> idle;
  for (int left = ranks.size() - 1; left > 0; std::this_thread::sleep_for(kPatience)) {
    while (const auto message = ranks.receive()) {
      idle.insert(message->first);
      if (message->second != kReady) run.finish(trial_from_json(nlohmann::json::parse(message->second)));
    }
    const bool over = run.is_over();
    for (auto rank = idle.begin(); rank != idle.end();) {
      const std::optional<Job> job = over ? std::nullopt : run.take();
      if (!over && !job) break;
      ranks.send(*rank, over ? std::string(kNothingLeft) : text_of(*job));
      left -= over ? 1 : 0;
      rank = idle.erase(rank);
    }
  }
}

}  // namespace

Trials run_sweep(const Sweep& sweep, const std::vector<int>& rungs, SweepStore& store, const SweepOptions& options,
                 const SweepWatcher& watch) {
  const unsigned cpus = options.ranks != nullptr ? 1 : std::max(1u, std::thread::hardware_concurrency());
  const unsigned workers = options.workers > 0 ? static_cast<unsigned>(options.workers) : cpus;
  SweepRun run(sweep, rungs, store, watch);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < workers; ++i) threads.emplace_back([&] { work(run, sweep, options); });
  if (options.ranks != nullptr) lead_ranks(run, *options.ranks);
  for (std::thread& thread : threads) thread.join();
  return run.result();
}

void serve_sweep(const Sweep& sweep, const SweepOptions& options) {
  Ranks& ranks = *options.ranks;
  ranks.send(0, kReady);
  for (;; std::this_thread::sleep_for(kPatience)) {
    const auto message = ranks.receive();
    if (!message) continue;
    if (message->second == kNothingLeft) return;
    const Job job = trial_from_json(nlohmann::json::parse(message->second)).job;
    const Trial trial = run_trial(sweep, job, trial_folder(options.folder, job), options.thimble);
    ranks.send(0, to_json(trial).dump());
  }
}

}  // namespace thimble
