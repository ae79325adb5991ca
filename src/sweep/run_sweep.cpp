#include "sweep/run_sweep.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.h"

namespace thimble {
namespace {

/// What the workers share.
class SweepRun {
 public:
  SweepRun(const Sweep& sweep, const std::vector<int>& rungs, SweepStore& store, const SweepOptions& options,
           const SweepWatcher& watch)
      : sweep_(sweep), rungs_(rungs), store_(store), options_(options), watch_(watch), trials_(store.finished()) {}

  /// One worker: jobs, until none are left for good.
  void work() {
    std::unique_lock lock(mutex_);
    while (!failure_) {
      const std::vector<Job> jobs = ready_jobs(sweep_, rungs_, trials_);
      if (jobs.empty()) {
        if (running_ == 0) break;
        changed_.wait(lock);  // a trial that is over may let others begin
        continue;
      }
      guarded([&] { one(jobs.front(), lock); });
    }
    changed_.notify_all();
  }

  Trials finish() {
    if (failure_) std::rethrow_exception(failure_);
    return std::move(trials_);
  }

 private:
  void one(const Job& job, std::unique_lock<std::mutex>& lock) {
    Trial trial;
    trial.job = job;
    set(trial);
    ++running_;
    lock.unlock();
    trial = run_trial(sweep_, job, trial_folder(options_.folder, job), options_.thimble);
    lock.lock();
    --running_;
    set(trial);
    changed_.notify_all();
  }

  void set(const Trial& trial) {
    trials_[trial.job] = trial;
    store_.put(trial);
    watch_(trials_, trial);
  }

  template <typename Body>
  void guarded(const Body& body) {
    try {
      body();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  const Sweep& sweep_;
  const std::vector<int>& rungs_;
  SweepStore& store_;
  const SweepOptions& options_;
  const SweepWatcher& watch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Trials trials_;
  int running_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

Trials run_sweep(const Sweep& sweep, const std::vector<int>& rungs, SweepStore& store, const SweepOptions& options,
                 const SweepWatcher& watch) {
  const unsigned cpus = std::max(1u, std::thread::hardware_concurrency());
  const unsigned workers = options.workers > 0 ? static_cast<unsigned>(options.workers) : cpus;
  SweepRun run(sweep, rungs, store, options, watch);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < workers; ++i) threads.emplace_back([&] { run.work(); });
  for (std::thread& thread : threads) thread.join();
  return run.finish();
}

}  // namespace thimble
