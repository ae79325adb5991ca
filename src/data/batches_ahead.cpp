#include "data/batches_ahead.h"

namespace thimble {

constexpr std::size_t kAhead = 8;

BatchesAhead::BatchesAhead(int first, int end, std::size_t floats, Make make)
    : first_(first), end_(end), make_(std::move(make)), rooms_(kAhead, std::vector<float>(floats)) {
  thread_ = std::thread([this] { run(); });
}

BatchesAhead::~BatchesAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::span<const float> BatchesAhead::get(int batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return made_ > batch; });
  return room(batch);
}

void BatchesAhead::release(int batch) {
  {
    const std::lock_guard lock(mutex_);
    released_ = batch + 1;
  }
  changed_.notify_all();
}

void BatchesAhead::run() {
  for (int batch = first_; batch < end_; ++batch) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopped_ || batch < released_ + static_cast<int>(rooms_.size()); });
      if (stopped_) return;
    }
    make_(batch, room(batch));
    {
      const std::lock_guard lock(mutex_);
      made_ = batch + 1;
    }
    changed_.notify_all();
  }
}

}  // namespace thimble
