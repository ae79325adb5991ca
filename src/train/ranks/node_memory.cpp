#include "train/ranks/node_memory.h"

#include <chrono>
#include <cstring>
#include <thread>

namespace thimble {
namespace {

constexpr std::size_t kLine = 64;  // bytes

}  // namespace

SharedBlocks::SharedBlocks(MPI_Comm ranks, std::size_t bytes) {
  int rank = 0, size = 1;
  MPI_Comm_rank(ranks, &rank);
  MPI_Comm_size(ranks, &size);
  const auto rounded = static_cast<MPI_Aint>((bytes + kLine - 1) / kLine * kLine);
  MPI_Win window = MPI_WIN_NULL;
  void* own = nullptr;
  MPI_Win_allocate_shared(rounded, 1, MPI_INFO_NULL, ranks, &own, &window);
  std::memset(own, 0, static_cast<std::size_t>(rounded));
  for (int r = 0; r < size; ++r) {
    MPI_Aint length = 0;
    int unit = 0;
    void* block = nullptr;
    MPI_Win_shared_query(window, r, &length, &unit, &block);
    blocks_.push_back(block);
  }
  MPI_Barrier(ranks);
}

NodeBarrier::NodeBarrier(MPI_Comm ranks) : phases_(ranks, kLine) {
  MPI_Comm_rank(ranks, &rank_);
  MPI_Comm_size(ranks, &size_);
}

void NodeBarrier::arrive() { phases_.of<Phase>(rank_)->store(++phase_, std::memory_order_release); }

void NodeBarrier::await() const {
  // Others may need this CPU, above all where there are more ranks than CPUs.
  constexpr int kSpins = 4000, kYields = 100;
  for (int r = 0; r < size_; ++r) {
    const Phase& phase = *phases_.of<Phase>(r);
    // A rank may be one phase ahead.
    for (int i = 0; static_cast<std::int32_t>(phase.load(std::memory_order_acquire) - phase_) < 0; ++i) {
      if (i >= kSpins + kYields) {
        std::this_thread::sleep_for(std::chrono::microseconds(20));
      } else if (i >= kSpins) {
        std::this_thread::yield();
      } else {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
    }
  }
}

}  // namespace thimble
