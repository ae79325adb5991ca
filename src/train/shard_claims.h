// Which thread works on which shard of a stage.
#pragma once

#include <atomic>
#include <vector>

namespace thimble {

class ShardClaims {
 public:
  /// Of the shards from `first` on to `end`.
  ShardClaims(int threads, int first, int end)
      : first_(first), shards_(end - first), claims_(static_cast<std::size_t>(threads)) {}

  /// Calls work(shard). Each thread has shards of its own, whose values are in its cache, the last ones above all: so
  /// stages should go through them in turns forwards and backwards. A thread that has done its own takes over others'.
  template <typename Work>
  void for_each(int thread, bool backwards, const Work& work) {
    const int threads = static_cast<int>(claims_.size());
    for (int i = 0; i < threads; ++i) {
      const int owner = (thread + i) % threads;
      const int begin = first_ + shards_ * owner / threads, end = first_ + shards_ * (owner + 1) / threads;
      std::atomic<int>& taken = claims_[static_cast<std::size_t>(owner)].taken;
      for (int n; (n = taken.fetch_add(1, std::memory_order_relaxed)) < end - begin;) {
        work(backwards ? end - 1 - n : begin + n);
      }
    }
  }

  /// While no thread is in for_each().
  void reset() {
    for (Claim& claim : claims_) claim.taken.store(0, std::memory_order_relaxed);
  }

 private:
  struct alignas(64) Claim {
    std::atomic<int> taken = 0;  // of a thread's shards, by any thread
  };
  int first_, shards_;
  std::vector<Claim> claims_;
};

}  // namespace thimble
