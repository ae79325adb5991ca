#include "train/sample_feed.h"

#include <algorithm>

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

SampleFeed::SampleFeed(const TrainPlan& plan, const TrainOptions& options)
    : plan_(plan), options_(options), mixes_(at(plan.sharding.batch)) {}

void SampleFeed::start(const Dataset& data, std::vector<std::uint32_t> order,
                       std::unique_ptr<AugmentedEpoch> augmented) {
  data_ = &data;
  order_ = std::move(order);
  augmented_ = std::move(augmented);
}

std::size_t SampleFeed::output_numbers() const {
  std::size_t count = 0;
  for (const auto& output : plan_.outputs) count += output.size;
  return count;
}

void SampleFeed::release(int step) {
  if (augmented_) augmented_->release(step);
}

BatchReader SampleFeed::batch_reader(int first, const StepContext& context) const {
  return {*data_, order_, augmented_.get(), first, context.first, options_.batch_size};
}

std::span<const std::uint32_t> SampleFeed::indices(ShardPlace place, int first, const StepContext& context) const {
  const Sharding& sharding = plan_.sharding;
  return std::span(order_).subspan(at(first + sharding.first(place.shard)),
                                   at(sharding.size(place.shard, context.samples)));
}

std::size_t SampleFeed::number_in_batch(ShardPlace place, const StepContext& context) const {
  return at(context.first + plan_.sharding.first(place.shard));
}

void SampleFeed::read(TrainExecutor& executor, ShardPlace place, int first, const StepContext& context) const {
  const auto samples = indices(place, first, context);
  std::span<const float> batch;
  if (augmented_) {
    batch = augmented_->samples(first / options_.batch_size).subspan(number_in_batch(place, context) * plan_.sample);
  }
  std::size_t start = 0;  // in a sample, of the input
  for (std::size_t k = 0; k < plan_.inputs.size(); ++k) {
    const std::size_t size = plan_.inputs[k].size;
    const std::span<float> input = {executor.input(place, k), samples.size() * size};
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::span<float> row = input.subspan(i * size, size);
      if (augmented_) {
        std::ranges::copy(batch.subspan(i * plan_.sample + start, size), row.begin());
      } else {
        data_->read(samples[i], start, row);
      }
    }
    start += size;
    if (k < grids_.size() && grids_[k]) snap(*grids_[k], input);
  }
}

std::span<const Mix> SampleFeed::mixes(ShardPlace place, int first, const StepContext& context) {
  if (!augmented_ || !augmented_->mixes()) return {};
  const auto samples = indices(place, first, context);
  const std::span<Mix> mixes = std::span(mixes_).subspan(at(plan_.sharding.first(place.shard)), samples.size());
  std::ranges::transform(samples, mixes.begin(), [&](std::uint32_t sample) { return augmented_->mix_of(sample); });
  return mixes;
}

const float* SampleFeed::teacher(ShardPlace place, int first, const StepContext& context) const {
  if (!augmented_ || !options_.distillation.ask) return nullptr;
  return augmented_->teacher(first / options_.batch_size).data() + number_in_batch(place, context) * output_numbers();
}

}  // namespace thimble
