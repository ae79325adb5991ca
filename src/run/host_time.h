// How long an invocation takes on this machine.
#pragma once

#include <vector>

#include "run/executor.h"

namespace thimble {

/// Microseconds an invocation on one thread, copying its inputs included. Other work on the machine makes the median
/// grow, the best hardly.
struct HostTime {
  double median_us = 0.0;
  double best_us = 0.0;
  std::size_t invocations = 0;
};

/// Invokes again and again for about `seconds`, in rounds of a thousandth of that, and takes median and best of the
/// rounds' means. `inputs[i]` holds the i-th graph input of `count` invocations, one after the other; they are taken in
/// turn.
HostTime time_on_host(const std::shared_ptr<const Executable>& executable, const std::vector<ByteSpan>& inputs,
                      std::size_t count, double seconds);

}  // namespace thimble
