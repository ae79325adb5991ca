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
  /// Writes batch number `batch`; must not throw. Called for 0, 1, ... in this order.
  using Make = std::function<void(int batch, std::span<float> out)>;

  /// Makes `batches` batches of `floats` numbers each, a few of them ahead.
  BatchesAhead(int batches, std::size_t floats, Make make);
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

  const int batches_;
  const Make make_;
  std::vector<std::vector<float>> rooms_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int made_ = 0;
  int released_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace thimble
