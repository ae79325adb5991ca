// Whose memory a model reads its inputs from.
#pragma once

#include <vector>

#include "plan/program.h"

namespace thimble {

/// kArena: they have places in the arena, which are reused once they have been read. kCaller: they stay where the
/// caller has them, such as in flash, and are never written to.
enum class InputMemory { kArena, kCaller };

/// By tensor: which of the graph's inputs its values are, in the very memory of that input; -1: none. A tensor that a
/// step copies unchanged is such a one, too.
std::vector<int> inputs_behind(const Graph& graph, const Program& program, InputMemory inputs);

}  // namespace thimble
