// Runs the steps of a TrainPlan: owns the memory, and holds the arguments of every call ready.
#pragma once

#include <span>
#include <vector>

#include "train/aligned_floats.h"
#include "train/constraints.h"
#include "train/plan.h"

namespace thimble {

/// What the calls of one step of training have in common.
struct StepContext {
  int samples = 0;      // that this process has of the batch
  int first = 0;        // the first of them in the batch
  int whole_batch = 0;  // samples of the batch
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
  int threads() const { return threads_; }
  float* parameters() const { return parameters_.data(); }
  /// The gradients by the trainable parameters, of one shard.
  const float* gradients(int shard) const { return gradients_[static_cast<std::size_t>(shard)].data(); }

  /// Has the parameters and the first shard's gradients in this memory from now on.
  void move_to(float* parameters, float* gradients);
  /// From now on this process is one of several that run each step together: it does the shards from first_shard() to
  /// end_shard(), and its part of calls for the whole batch. `joint_arena` is the memory of all of them.
  void join(int rank, int ranks, float* joint_arena);
  int first_shard() const { return plan_.sharding.shards * rank_ / ranks_; }
  int end_shard() const { return plan_.sharding.shards * (rank_ + 1) / ranks_; }

  /// From now on. Tensors of weights that are no parameters of the plan are left out.
  void constrain(Constraints constraints);
  /// How many tensors of weights are constrained; each must be looked at after the parameters change.
  int constrained_weights() const { return static_cast<int>(seen_places_.size()); }
  void see_weights(int index);

  /// Of the model's input or output number `k`.
  float* input(ShardPlace place, std::size_t k) const { return activation(plan_.inputs[k], place); }
  const float* output(ShardPlace place, std::size_t k) const { return activation(plan_.outputs[k], place); }
  float* output_gradient(ShardPlace place, std::size_t k) const { return activation(plan_.output_gradients[k], place); }

  /// A step for one shard, of any kind but kRead and kLoss.
  void run(const TrainStep& step, ShardPlace place, const StepContext& context);
  /// At the end of a stage, for one thread: adds up what a step of its `sums` has made, over this process's shards.
  std::span<double> add_up(const TrainStep& sums, const StepContext& context);
  /// When add_up's result is that of all processes.
  void use_sums(const TrainStep& sums, const StepContext& context);
  /// The one step of a stage for the whole batch: `thread`'s part of it, for these samples.
  void run_whole_batch(const TrainStep& step, int thread, const StepContext& context, const SampleReader& samples,
                       SampleRange range);
  /// When the thread has done that for all samples.
  void complete_whole_batch(const TrainStep& step, int thread);
  /// When all threads have done theirs, for one of them.
  void finish_whole_batch(const TrainStep& step);
  /// The samples of this process's shards, if they are whole blocks of the step's call; otherwise none.
  SampleRange own_samples(const TrainStep& step, const StepContext& context) const;

 private:
  float* activation(const TrainSlot& slot, ShardPlace place) const;
  void make_buffers();
  TrainBuffers buffers_of(const PlannedNode& node, ShardPlace place) const;
  /// The values of a shard at `slot`.
  std::span<float> values(const TrainSlot& slot, ShardPlace place) const;
  TrainBuffers& buffers_for(const TrainStep& step, ShardPlace place, const StepContext& context);
  void call(const TrainStep& step, TrainBuffers& buffers);
  /// Where the shard's sums of the step are.
  double* sums_of(const TrainStep& step, int shard);

  TrainPlan plan_;
  int threads_;
  int rank_ = 0, ranks_ = 1;  // of the processes that run a step together
  AlignedFloats parameters_;
  Constraints constraints_;
  AlignedFloats seen_{0};                    // as parameters_; only the constrained ones are used
  std::vector<ParameterPlace> seen_places_;  // of the constrained weights
  std::vector<AlignedFloats> gradients_;     // one a shard
  AlignedFloats batch_arena_;
  AlignedFloats joint_arena_;
  std::vector<AlignedFloats> local_arenas_;  // one a thread
  std::vector<double> sums_;                 // of the whole batch, then of each shard
  std::vector<TrainBuffers> buffers_;        // [thread][shard][node]
};

}  // namespace thimble
