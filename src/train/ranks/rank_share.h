// This process's part of each batch, and what ranks exchange while they train. Without ranks: all of it, and nothing.
#pragma once

#include <span>
#include <vector>

#include "train/executor.h"
#include "train/loss.h"
#include "train/parameter_update.h"
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

  /// Where this rank's parameters and gradients should be.
  float* own_parameters() const { return own_room() + count_ + kMessage; }
  float* own_gradients() const { return own_room(); }

  // All ranks call what follows, in the same order, one thread of each, if nothing else is said.

  /// What ranks tell each other in each step.
  struct Message {
    double loss = 0.0;
    double correct = 0.0;
    bool pause = false;
  };
  /// By all threads: adds up this rank's gradients, in the memory of the first, which is own_gradients().
  void merge(ThreadTeam& team, std::span<const float* const> gradients);
  /// Then, by one: adds up the messages of all ranks, and makes gradients() those whose sum is that of all.
  Message exchange(const Message& own);
  std::span<const float* const> gradients() const { return gradients_; }
  /// When all threads have updated the parameters: where each rank has updated a part, in the order of ranks, gets
  /// those of the others. Cheap, for only ranks that share memory do so.
  void spread(float* parameters, std::span<const ParameterUpdate::Part> parts);
  bool shares_memory() const { return ranks_ != nullptr && ranks_->share_memory(); }

  /// Adds up the counters of metrics, and loss and accuracy too where exchange() has not done that.
  void add_up(LossSums& totals, bool exchanged) const;
  bool any(bool condition) const;

 private:
  static constexpr std::size_t kMessage = AlignedFloats::kLine;  // floats; three of them are used

  Ranks* ranks_;
  std::size_t count_;        // of gradients
  std::size_t whole_batch_;  // TrainPlan::whole_batch_trainable
  float* own_room() const { return rooms_[static_cast<std::size_t>(ranks_->rank())]; }

  AlignedFloats alone_;        // where ranks do not share memory; as a room
  std::vector<float*> rooms_;  // of each rank, or the own one: gradients, the message, parameters
  std::vector<const float*> gradients_;
};

}  // namespace thimble
