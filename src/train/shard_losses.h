// The loss of each shard of a step.
#pragma once

#include <vector>

#include "train/executor.h"
#include "train/objective.h"
#include "train/sample_feed.h"

namespace thimble {

class ShardLosses {
 public:
  /// `objective` must outlive this.
  ShardLosses(Objective& objective, const TrainPlan& plan);

  /// The shard's loss, and in training its gradients by the model's outputs. Shards may be computed by different
  /// threads. `first` as of SampleFeed.
  void compute(const TrainExecutor& executor, SampleFeed& feed, ShardPlace place, int first,
               const StepContext& context);
  /// What compute() has found last.
  const LossSums& of(int shard) const { return shards_[static_cast<std::size_t>(shard)].sums; }

 private:
  struct alignas(64) Shard {
    LossSums sums = {};
    std::vector<const float*> outputs;  // of the shard
    std::vector<float*> gradients;      // by them
  };
  Objective& objective_;
  std::vector<Shard> shards_;
};

}  // namespace thimble
