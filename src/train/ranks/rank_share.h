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
  RankShare(Ranks* ranks, const TrainPlan& plan);

  explicit operator bool() const { return ranks_ != nullptr; }
  bool is_first() const { return ranks_ == nullptr || ranks_->rank() == 0; }
  /// Samples of a batch.
  struct Part {
    int first;
    int count;
  };
  /// Those that this rank works on, of a batch of `count`; a small one may have none for some ranks.
  Part part_of(int count) const;

  // All ranks call what follows, in the same order, one thread of each, if nothing else is said.

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
  std::size_t count_;        // of gradients
  std::size_t whole_batch_;  // TrainPlan::whole_batch_trainable
  AlignedFloats sums_;       // gradients, then the message
};

}  // namespace thimble
