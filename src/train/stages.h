// The steps of training, cut into stages, and what each of them reads and writes.
#pragma once

#include <vector>

#include "train/arena_layout.h"
#include "train/plan.h"

namespace thimble {

/// A stage ends where a step needs the sums that the stage makes, and around steps for the whole batch.
std::vector<TrainStage> stages_of(const TrainPlan& plan, const std::vector<TrainStep>& steps);

/// The values that a step reads or writes. With `keep`, backward reads all that forward did.
std::vector<TrainSlot> values_of(const TrainPlan& plan, const TrainStep& step, bool keep);

/// What a cheap node makes, where only its own stage of forward reads it, is not kept for backward, but made again in
/// each stage of backward that reads it: that takes the memory of one shard instead of the batch's.
void leave_out_cheap_outputs(TrainPlan& plan, ArenaLayout& layout);

}  // namespace thimble
