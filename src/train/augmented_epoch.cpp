#include "train/augmented_epoch.h"

#include "base/random.h"

namespace thimble {

AugmentedEpoch::AugmentedEpoch(const Dataset& data, std::span<const std::uint32_t> order, const TrainOptions& options,
                               int epoch, int first_step, std::size_t outputs,
                               std::function<RankShare::Part(int samples)> part_of)
    : data_(data),
      order_(order),
      options_(options),
      batch_(static_cast<std::size_t>(options.batch_size)),
      size_(data.sample_size()),
      outputs_(options.distillation.ask ? outputs : 0),
      part_of_(std::move(part_of)),
      augmenter_(options.augmentation, data.sample_shape),
      seed_(Random(~options.seed, static_cast<std::uint64_t>(epoch)).next()),
      mix_seed_(Random(seed_, static_cast<std::uint64_t>(epoch)).next()),
      other_(size_) {
  const int steps = static_cast<int>((order_.size() + batch_ - 1) / batch_);
  batches_ = std::make_unique<BatchesAhead>(first_step, steps, batch_ * (size_ + outputs_),
                                            [this](int number, std::span<float> out) { make(number, out); });
}

Mix AugmentedEpoch::mix_of(std::uint32_t sample) const {
  return draw_mix(options_.augmentation.mixup, data_.size(), Random(mix_seed_, sample));
}

void AugmentedEpoch::make_sample(std::uint32_t index, std::span<float> out) {
  data_.read(index, out);
  augmenter_.apply(out, Random(seed_, index), scratch_);
  if (!mixes()) return;
  const Mix mix = mix_of(index);
  data_.read(mix.partner, other_);
  augmenter_.apply(other_, Random(mix_seed_ + 1, index), scratch_);
  for (std::size_t k = 0; k < size_; ++k) out[k] += (1.0f - mix.share) * (other_[k] - out[k]);
}

void AugmentedEpoch::make(int number, std::span<float> out) {
  const std::size_t first = static_cast<std::size_t>(number) * batch_;
  const RankShare::Part part = part_of_(static_cast<int>(std::min(batch_, order_.size() - first)));
  const auto begin = static_cast<std::size_t>(part.first), end = begin + static_cast<std::size_t>(part.count);
  for (std::size_t i = begin; i < end; ++i) {
    const std::span<float> sample = out.subspan(i * size_, size_);
    make_sample(order_[first + i], sample);
    if (outputs_ > 0) options_.distillation.ask(sample, out.subspan(batch_ * size_ + i * outputs_, outputs_));
  }
}

}  // namespace thimble
