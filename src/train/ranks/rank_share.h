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
  /// With `together`, ranks run each step together, as threads do (TrainExecutor::join): the plan has a front.
  RankShare(Ranks* ranks, const TrainPlan& plan, bool together);

  explicit operator bool() const { return ranks_ != nullptr; }
  bool is_first() const { return ranks_ == nullptr || ranks_->rank() == 0; }
  bool together() const { return arena_ != nullptr; }
  /// TrainPlan::joint_arena of all ranks, where they run each step together.
  float* joint_arena() const { return arena_; }
  /// Samples of a batch.
  struct Part {
    int first;
    int count;
  };
  /// Those that this rank works on alone, of a batch of `count`; a small one may have none for some ranks.
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
  /// By all threads: adds up this rank's gradients in own_gradients(), but for those that no other rank needs. Those of
  /// TrainPlan::whole_batch_trainable are in `whole_batch` alone.
  void merge(ThreadTeam& team, const float* whole_batch, std::span<const float* const> gradients);
  /// Then, by one: this rank's gradients and message are ready.
  void say(const Message& own);
  /// Adds up the messages of all ranks, and makes gradients() those whose sum is that of all.
  Message hear();
  std::span<const float* const> gradients() const { return gradients_; }
  /// When all threads have updated the parameters: where each rank has updated a part, in the order of ranks, gets
  /// those of the others. Cheap, for only ranks that share memory do so.
  void spread(float* parameters, std::span<const ParameterRange> parts);
  bool shares_memory() const { return ranks_ != nullptr && ranks_->share_memory(); }
  /// Within a step that ranks run together, as of Ranks.
  void arrive() const { ranks_->arrive(); }
  void await() const { ranks_->await(); }
  /// `values` get those parts that other ranks have made.
  void gather(std::span<float> values, std::span<const ParameterRange> parts) const;

  /// Adds up the counters of metrics, and loss and accuracy too where exchange() has not done that.
  void add_up(LossSums& totals, bool exchanged) const;
  bool any(bool condition) const;

 private:
  static constexpr std::size_t kMessage = AlignedFloats::kLine;  // floats; three of them are used

  Ranks* ranks_;
  std::size_t count_;        // of gradients
  std::size_t whole_batch_;  // TrainPlan::whole_batch_trainable
  ParameterRange apart_;     // whose gradients each rank keeps to itself
  float* own_room() const { return rooms_[static_cast<std::size_t>(ranks_->rank())]; }

  AlignedFloats alone_;  // where ranks do not share memory; as a room
  float* arena_ = nullptr;
  std::vector<float*> rooms_;  // of each rank, or the own one: gradients, the message, parameters
  std::vector<const float*> gradients_;
};

}  // namespace thimble
