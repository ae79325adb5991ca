#include "train/shard_losses.h"

namespace thimble {

ShardLosses::ShardLosses(Objective& objective, const TrainPlan& plan)
    : objective_(objective), shards_(static_cast<std::size_t>(plan.sharding.shards)) {
  for (Shard& shard : shards_) {
    shard.outputs.resize(plan.outputs.size());
    shard.gradients.resize(plan.outputs.size());
  }
}

void ShardLosses::compute(const TrainExecutor& executor, SampleFeed& feed, ShardPlace place, int first,
                          const StepContext& context) {
  const auto offset = static_cast<std::size_t>(executor.plan().sharding.first(place.shard));
  Shard& own = shards_[static_cast<std::size_t>(place.shard)];
  for (std::size_t k = 0; k < own.outputs.size(); ++k) {
    own.outputs[k] = executor.output(place, k);
    own.gradients[k] = executor.output_gradient(place, k);
  }
  const std::span<float* const> gradients = own.gradients;
  own.sums = objective_.compute(
      feed.data(), {feed.indices(place, first, context), offset, executor.input(place, 0), own.outputs,
                    context.training ? gradients : gradients.first(0), 1.0f / static_cast<float>(context.whole_batch),
                    feed.mixes(place, first, context), feed.teacher(place, first, context)});
}

}  // namespace thimble
