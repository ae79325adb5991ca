// Threads that work on one thing together, in steps of some ten microseconds.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace thimble {

// What each thread waits for has a cache line of its own.
class ThreadTeam {  // NOLINT(clang-analyzer-optin.performance.Padding)
 public:
  /// `size` threads, of which the caller of run() is one.
  explicit ThreadTeam(int size);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return size_; }

  /// Calls work(index) in every thread, index 0 in the caller's; returns when all are done. `work` must not throw. In
  /// it, floats that would be denormal are 0.
  void run(const std::function<void(int)>& work);

  /// Inside run(), called by every thread: waits until all are here. The last one to come first calls `last`.
  template <typename Last>
  void barrier(const Last& last) {
    const std::uint32_t phase = phase_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
      last();
      arrived_.store(0, std::memory_order_relaxed);
      phase_.store(phase + 1, std::memory_order_release);
      phase_.notify_all();
    } else {
      wait_while(phase_, phase);
    }
  }

  /// Inside run(): the next of the numbers 0, 1, ... that no thread has taken yet.
  int next_ticket() { return tickets_.fetch_add(1, std::memory_order_relaxed); }
  /// For a barrier's `last`.
  void reset_tickets() { tickets_.store(0, std::memory_order_relaxed); }

 private:
  /// Spins for some 20 microseconds, then lets others run, then sleeps.
  static void wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old);
  void serve(int index);

  const int size_;
  std::vector<int> cpus_;  // one a thread, where the team is as large as the machine; else none: they move freely
  alignas(64) std::atomic<std::uint32_t> phase_{0};  // of the barrier
  alignas(64) std::atomic<int> arrived_{0};          // at the barrier
  alignas(64) std::atomic<int> tickets_{0};
  alignas(64) std::atomic<std::uint32_t> work_number_{0};
  const std::function<void(int)>* work_ = nullptr;  // null: the threads end
  std::vector<std::thread> threads_;
};

}  // namespace thimble
