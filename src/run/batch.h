// Many independent invocations of one model, on all cores.
#pragma once

#include <functional>

#include "run/executor.h"

namespace thimble {

/// Calls `body(first, last)` for parts of [0, count), on up to `threads` threads (0: one a core). The first exception
/// that a part throws is thrown again here.
void parallel_ranges(std::size_t count, int threads, const std::function<void(std::size_t, std::size_t)>& body);

/// Runs `count` invocations, each from cleared state. `inputs[i]` holds the i-th graph input of all invocations, one
/// after the other; the result holds the outputs in the same way.
std::vector<Bytes> run_stacked(const std::shared_ptr<const Executable>& executable, const std::vector<ByteSpan>& inputs,
                               std::size_t count, int threads = 0);

}  // namespace thimble
