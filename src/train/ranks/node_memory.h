// Memory that the ranks on one machine share, and how they wait for each other there: MPI's own calls take some
// microseconds, as long as a step of a small model.
#pragma once

#define OMPI_SKIP_MPICXX 1  // the old C++ interface, which would want another library
#include <mpi.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace thimble {

/// A block of bytes of each rank of one machine, which all of them see.
class SharedBlocks {
 public:
  SharedBlocks() = default;
  /// Called by all `ranks`: `bytes` for each, zeroed.
  SharedBlocks(MPI_Comm ranks, std::size_t bytes);
  template <typename T>
  T* of(int rank) const {
    return static_cast<T*>(blocks_[static_cast<std::size_t>(rank)]);
  }

 private:
  std::vector<void*> blocks_;
};

class NodeBarrier {
 public:
  NodeBarrier() = default;
  explicit NodeBarrier(MPI_Comm ranks);
  /// As of Ranks.
  void arrive();
  void await() const;

 private:
  using Phase = std::atomic<std::uint32_t>;
  static_assert(Phase::is_always_lock_free);

  int rank_ = 0;
  int size_ = 1;
  std::uint32_t phase_ = 0;
  SharedBlocks phases_;
};

}  // namespace thimble
