// Batches made ahead of their use, on a thread of their own.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace thimble {

class BatchesAhead {
 public:
  /// Writes batch number `batch`; must not throw. Called for one after the other.
  using Make = std::function<void(int batch, std::span<float> out)>;

  /// Makes the batches from `first` to before `end`, of `floats` numbers each, a few of them ahead.
  BatchesAhead(int first, int end, std::size_t floats, Make make);
  /// What has not been made yet is not made any more.
  ~BatchesAhead();
  BatchesAhead(const BatchesAhead&) = delete;
  BatchesAhead& operator=(const BatchesAhead&) = delete;

  /// Batch number `batch`, once it is made; for any thread. It stays until release().
  std::span<const float> get(int batch);
  /// Batches up to `batch` are no longer read.
  void release(int batch);

 private:
  void run();
  std::vector<float>& room(int batch) { return rooms_[static_cast<std::size_t>(batch) % rooms_.size()]; }

  const int first_;
  const int end_;
  const Make make_;
  std::vector<std::vector<float>> rooms_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int made_ = first_;      // the next one to make
  int released_ = first_;  // the first one that is still read
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace thimble
