// A step's samples, for calls that read them themselves.
#pragma once

#include <algorithm>

#include "train/augmented_epoch.h"

namespace thimble {

class BatchReader final : public SampleReader {
 public:
  /// The samples from number `first` of `order` on, of which the first one is number `place` of a batch of `batch`.
  BatchReader(const Dataset& data, std::span<const std::uint32_t> order, AugmentedEpoch* augmented, int first,
              int place, int batch)
      : data_(data), order_(order), augmented_(augmented), first_(first), place_(place), batch_(batch) {}

  void read(int sample, std::size_t first, std::span<float> out) const override {
    if (augmented_ == nullptr) return data_.read(order_[at(first_ + sample)], first, out);
    const std::size_t number = at(place_ + sample);
    const auto values = augmented_->samples(first_ / batch_).subspan(number * data_.sample_size() + first, out.size());
    std::ranges::copy(values, out.begin());
  }
  const std::uint8_t* bytes(int sample, std::size_t first) const override {
    return augmented_ ? nullptr : data_.bytes_of(order_[at(first_ + sample)], first);
  }
  float scale() const override { return data_.scale; }
  void fetch_next(int sample, std::size_t first, std::size_t count) const override {
    const std::size_t next = at(first_ + batch_ + sample);
    if (next < order_.size()) data_.fetch(order_[next], first, count);
  }

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }

  const Dataset& data_;
  std::span<const std::uint32_t> order_;
  AugmentedEpoch* augmented_;  // null: samples are read as they are
  int first_, place_, batch_;
};

}  // namespace thimble
