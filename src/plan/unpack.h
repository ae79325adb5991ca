// Constants that are packed, and unpacked into the arena by a call of their own right before the call that reads them:
// the kernels made for a CPU stay as they are, and each constant is unpacked once an invocation.
#pragma once

#include <optional>

#include "plan/caller.h"

namespace thimble {

/// Packs constants of `program` that take fewer bytes so, those that save most first, as long as the plan of all takes
/// at most `limit` bytes; without a limit, no more than it does without packing. Adds tensors to `graph`: what is
/// unpacked. For `avr`, constants that kernels read from flash stay.
void unpack_before_use(Graph& graph, Program& program, std::optional<std::size_t> limit, CallerMemory caller = {},
                       bool avr = false);

}  // namespace thimble
