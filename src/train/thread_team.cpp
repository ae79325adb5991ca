#include "train/thread_team.h"

namespace thimble {
namespace {

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace

ThreadTeam::ThreadTeam(int size) : size_(size) {
  for (int i = 1; i < size; ++i) threads_.emplace_back([this, i] { serve(i); });
}

ThreadTeam::~ThreadTeam() {
  work_ = nullptr;
  work_number_.fetch_add(1, std::memory_order_release);
  work_number_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadTeam::run(const std::function<void(int)>& work) {
  reset_tickets();
  work_ = &work;
  work_number_.fetch_add(1, std::memory_order_release);
  work_number_.notify_all();
  work(0);
  barrier([] {});
}

void ThreadTeam::serve(int index) {
  for (std::uint32_t done = 0;; ++done) {
    wait_while(work_number_, done);
    if (work_ == nullptr) return;
    (*work_)(index);
    barrier([] {});
  }
}

void ThreadTeam::wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  constexpr int kSpins = 1000;
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace thimble
