// Runs the steps of a TrainPlan: owns the memory, and holds the arguments of every call ready.
#pragma once

#include <span>
#include <vector>

#include "train/aligned_floats.h"
#include "train/plan.h"

namespace thimble {

/// What the calls of one step of training have in common.
struct StepContext {
  int samples = 0;  // of the batch
  bool training = true;
  std::uint64_t seed = 0;
};

/// A shard, and the thread that works on it. Threads must not work on the same shard at the same time.
struct ShardPlace {
  int thread;
  int shard;
};

class TrainExecutor {
 public:
  /// The parameters get the values that they have in `graph`.
  TrainExecutor(TrainPlan plan, const Graph& graph, int threads);

  const TrainPlan& plan() const { return plan_; }
  float* parameters() const { return parameters_.data(); }
  /// The gradients by the trainable parameters, of one shard.
  const float* gradients(int shard) const { return gradients_[static_cast<std::size_t>(shard)].data(); }

  float* input(ShardPlace place) const { return activation(plan_.input, place); }
  const float* output(ShardPlace place) const { return activation(plan_.output, place); }
  float* output_gradient(ShardPlace place) const { return activation(plan_.output_gradient, place); }

  /// A step of kind kForward, kBackward or kAdd for one shard.
  void run(const TrainStep& step, ShardPlace place, const StepContext& context);
  /// The one step of a stage for the whole batch: `thread`'s part of it.
  void run_whole_batch(const TrainStep& step, int thread, const StepContext& context);

 private:
  float* activation(const TrainSlot& slot, ShardPlace place) const;
  TrainBuffers buffers_of(const PlannedNode& node, ShardPlace place) const;
  void call(const TrainStep& step, TrainBuffers& buffers, const StepContext& context, std::uint64_t salt);

  TrainPlan plan_;
  int threads_;
  AlignedFloats parameters_;
  std::vector<AlignedFloats> gradients_;  // one a shard
  std::vector<AlignedFloats> arenas_;     // one a thread, or one for all
  std::vector<TrainBuffers> buffers_;     // [thread][shard][node]
};

}  // namespace thimble
