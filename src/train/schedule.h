// How the learning rate changes from step to step: Keras's schedules, and the one-cycle policy.
#pragma once

#include "ir/layer.h"

namespace thimble {

/// The schedule with the steps that it leaves open filled in, for a training of `total_steps`. Throws InputError when
/// an argument is out of range.
LearningRateSchedule resolved(LearningRateSchedule schedule, std::int64_t total_steps);

/// The learning rate of step `step`, from 0.
double rate_at(const LearningRateSchedule& schedule, std::int64_t step);

}  // namespace thimble
