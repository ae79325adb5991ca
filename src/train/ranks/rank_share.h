// This process's part of each batch, and what ranks exchange while they train. Without ranks: all of it, and nothing.
#pragma once

#include <span>

#include "train/executor.h"
#include "train/loss.h"
#include "train/ranks/ranks.h"
#include "train/thread_team.h"

namespace thimble {

class RankShare {
 public:
  /// Throws InputError when there are more ranks than shards.
  RankShare(Ranks* ranks, const TrainPlan& plan);

  explicit operator bool() const { return ranks_ != nullptr; }
  bool is_first() const { return ranks_ == nullptr || ranks_->rank() == 0; }
  // The shards that this rank works on.
  int first_shard() const { return first_shard_; }
  int end_shard() const { return end_shard_; }

  // All ranks call what follows, in the same order, one thread of each, if nothing else is said.

  /// Before a step for the whole batch: gets the values of the other ranks' samples.
  void gather(const TrainExecutor& executor, const TrainStep& step, int samples);

  /// What ranks tell each other in each step.
  struct Message {
    double loss = 0.0;
    double correct = 0.0;
    bool pause = false;
  };
  /// By all threads: adds up this rank's gradients.
  void merge(ThreadTeam& team, std::span<const float* const> gradients);
  /// Adds up the gradients and messages of all ranks.
  Message exchange(const Message& own);
  const float* gradients() const { return sums_.data(); }

  /// Adds up the counters of metrics, and loss and accuracy too where exchange() has not done that.
  void add_up(LossSums& totals, bool exchanged) const;
  bool any(bool condition) const;

 private:
  Ranks* ranks_;
  Sharding sharding_;
  std::size_t count_;  // of gradients
  int first_shard_ = 0;
  int end_shard_;
  AlignedFloats sums_;  // gradients, then the message
};

}  // namespace thimble
