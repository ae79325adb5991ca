// Where the values of a step of training lie in memory, by when they are used.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "train/plan.h"

namespace thimble {

/// Values that are used within one stage only lie in an arena of the thread's own, since a thread takes one shard after
/// the other through the whole stage; the others, in one for the batch. Values share memory when they are not needed at
/// the same time: within a stage in the order of its steps, in the batch's arena in that of stages, because there
/// shards are not at the same step.
class ArenaLayout {
 public:
  /// A value with `size` floats a sample, or a shard. Returns its number, which is slot().offset until place().
  TrainSlot add(std::size_t size, bool a_shard = false);
  /// The value at `slot` is used in this step of this stage.
  void use(const TrainSlot& slot, int stage, int step);
  /// The value has one place in each stage, as if it were used in that stage only: it is made again in each.
  void make_local(const TrainSlot& slot);

  /// The stages that use the value.
  const std::set<int>& stages(const TrainSlot& slot) const;

  /// Samples that values of a batch have room for: kernels may write whole blocks of them.
  static std::size_t whole_blocks(int batch);
  /// Finds a place for all, as floats of `sharding`.
  void place(const Sharding& sharding);
  /// The value's place. Slots of other kinds are left as they are.
  TrainSlot resolved(const TrainSlot& slot) const;
  std::size_t batch_arena() const { return batch_arena_; }
  std::size_t local_arena() const { return local_arena_; }

 private:
  struct Life {  // both included
    int first;
    int last;
  };
  struct Value {
    std::size_t size;
    bool a_shard;
    bool local = false;
    std::set<int> stages = {};
    std::vector<std::pair<int, int>> uses = {};  // stage, step
    std::vector<Life> lives = {};
    std::size_t floats = 0;
    std::size_t offset = 0;
  };

  Value& value(const TrainSlot& slot) { return values_[slot.offset]; }
  const Value& value(const TrainSlot& slot) const { return values_[slot.offset]; }
  static void set_lives(Value& value);
  /// The lowest place that is free while the value lives.
  std::size_t free_place(const Value& value, const std::vector<const Value*>& placed) const;

  std::vector<Value> values_;
  std::size_t batch_arena_ = 0;
  std::size_t local_arena_ = 0;
};

}  // namespace thimble
