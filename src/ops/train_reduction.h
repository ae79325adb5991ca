// What operators that reduce dimensions share in training.
#pragma once

#include <vector>

#include "ops/op.h"

namespace thimble {

/// For each element of a sample of input 0, which element of the output's sample it counts for. The constant input 1
/// lists the axes. Throws InputError when the batch is reduced.
std::vector<std::size_t> reduction_targets(const NodeView& node);

}  // namespace thimble
