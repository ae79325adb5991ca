// The training samples of an epoch in their order, changed at random and blended, a few batches ahead of their use.
#pragma once

#include <functional>
#include <memory>

#include "data/batches_ahead.h"
#include "train/ranks/rank_share.h"
#include "train/train.h"

namespace thimble {

class AugmentedEpoch {
 public:
  /// What happens to a sample depends on nothing but the seed, the epoch's number and the sample. `data`, `order` and
  /// `options` must outlive the epoch. `outputs` is the size of the teacher's rows, if it is asked; `part_of` says
  /// which samples of a batch are made at all.
  AugmentedEpoch(const Dataset& data, std::span<const std::uint32_t> order, const TrainOptions& options, int epoch,
                 int first_step, std::size_t outputs, std::function<RankShare::Part(int samples)> part_of);

  /// The samples of batch number `batch`, for any thread, until release().
  std::span<const float> samples(int batch) { return batches_->get(batch).first(batch_ * size_); }
  /// The teacher's logits for them; empty if it is not asked.
  std::span<const float> teacher(int batch) { return batches_->get(batch).subspan(batch_ * size_); }
  void release(int batch) { batches_->release(batch); }

  /// Whether samples are blended, and with which one each is.
  bool mixes() const { return options_.augmentation.mixup > 0; }
  Mix mix_of(std::uint32_t sample) const;

 private:
  void make(int number, std::span<float> out);
  void make_sample(std::uint32_t index, std::span<float> out);

  const Dataset& data_;
  const std::span<const std::uint32_t> order_;
  const TrainOptions& options_;
  const std::size_t batch_;    // samples
  const std::size_t size_;     // numbers of a sample
  const std::size_t outputs_;  // of the teacher
  const std::function<RankShare::Part(int samples)> part_of_;
  const Augmenter augmenter_;
  std::uint64_t seed_, mix_seed_;  // of the epoch
  std::vector<float> scratch_, other_;
  std::unique_ptr<BatchesAhead> batches_;  // the last: its thread uses the others
};

}  // namespace thimble
