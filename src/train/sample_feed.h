// Where the samples of a walk over the data come from, in which order, and what else is told of them: the numbers that
// layers read, partners they are blended with, the teacher's rows.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "train/augmented_epoch.h"
#include "train/batch_reader.h"
#include "train/constraints.h"
#include "train/executor.h"
#include "train/train.h"

namespace thimble {

/// `first`, in what follows, is the number in the order of this process's first sample of a batch.
class SampleFeed {
 public:
  SampleFeed(const TrainPlan& plan, const TrainOptions& options);

  /// A walk over `data` in this order. `augmented`: as that epoch makes them; null: as they are.
  void start(const Dataset& data, std::vector<std::uint32_t> order, std::unique_ptr<AugmentedEpoch> augmented);
  /// The grid that each input is rounded to, if it is.
  void round_inputs(std::vector<std::optional<ValueGrid>> grids) { grids_ = std::move(grids); }
  /// Of all outputs of a sample.
  std::size_t output_numbers() const;
  const Dataset& data() const { return *data_; }
  /// Nobody will ask for the samples of batch `step` again.
  void release(int step);
  void end() { augmented_.reset(); }

  /// For calls that read the whole batch themselves.
  BatchReader batch_reader(int first, const StepContext& context) const;
  /// The samples of a shard, as indices into the data.
  std::span<const std::uint32_t> indices(ShardPlace place, int first, const StepContext& context) const;
  /// Writes the samples of a shard to where its layers read them.
  void read(TrainExecutor& executor, ShardPlace place, int first, const StepContext& context) const;
  /// Partners of a shard's samples; empty: they are not blended.
  std::span<const Mix> mixes(ShardPlace place, int first, const StepContext& context);
  /// The rows of the teacher that was asked for a shard; null: it was not.
  const float* teacher(ShardPlace place, int first, const StepContext& context) const;

 private:
  /// Of the first sample of a shard.
  std::size_t number_in_batch(ShardPlace place, const StepContext& context) const;

  const TrainPlan& plan_;
  const TrainOptions& options_;
  const Dataset* data_ = nullptr;
  std::vector<std::uint32_t> order_;
  std::unique_ptr<AugmentedEpoch> augmented_;
  std::vector<std::optional<ValueGrid>> grids_;
  std::vector<Mix> mixes_;  // of each sample of a batch
};

}  // namespace thimble
