#include "train/thread_team.h"

#include <sched.h>

#include <utility>

namespace thimble {
namespace {

/// The CPUs that this thread may run on.
std::vector<int> allowed_cpus() {
  std::vector<int> cpus;
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
#endif
  return cpus;
}

void allow_cpus(const std::vector<int>& cpus) {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
#endif
}

/// While it lives, what would be denormal is 0 in this thread, where the CPU can. Where a weight had no gradient for
/// some hundred steps, Adam's averages of it are denormal, and each of them would cost more than a hundred cycles.
class FlushDenormals {
#if defined(__x86_64__)
 public:
  FlushDenormals() : old_(__builtin_ia32_stmxcsr()) { __builtin_ia32_ldmxcsr(old_ | kFlushToZero | kDenormalsAreZero); }
  ~FlushDenormals() { __builtin_ia32_ldmxcsr(old_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  static constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  unsigned old_;
#endif
};

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace

ThreadTeam::ThreadTeam(int size) : size_(size), cpus_(allowed_cpus()) {
  if (size == 1 || std::cmp_not_equal(cpus_.size(), size)) cpus_.clear();
  for (int i = 1; i < size; ++i) threads_.emplace_back([this, i] { serve(i); });
}

ThreadTeam::~ThreadTeam() {
  work_ = nullptr;
  work_number_.fetch_add(1, std::memory_order_release);
  work_number_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadTeam::run(const std::function<void(int)>& work) {
  [[maybe_unused]] const FlushDenormals flush;
  reset_tickets();
  if (!cpus_.empty()) allow_cpus({cpus_[0]});
  work_ = &work;
  work_number_.fetch_add(1, std::memory_order_release);
  work_number_.notify_all();
  work(0);
  barrier([] {});
  if (!cpus_.empty()) allow_cpus(cpus_);
}

void ThreadTeam::serve(int index) {
  [[maybe_unused]] const FlushDenormals flush;
  if (!cpus_.empty()) allow_cpus({cpus_[static_cast<std::size_t>(index)]});
  for (std::uint32_t done = 0;; ++done) {
    wait_while(work_number_, done);
    if (work_ == nullptr) return;
    (*work_)(index);
    barrier([] {});
  }
}

void ThreadTeam::wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  constexpr int kSpins = 2000;
  constexpr int kYields = 100;  // where other programs run, too, the thread that is waited for may need this CPU
  for (int i = 0; i < kSpins + kYields; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    if (i < kSpins) {
      pause();
    } else {
      std::this_thread::yield();
    }
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace thimble
