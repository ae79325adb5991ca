// A graph lowered to the C calls that compute it, in order.
#pragma once

#include <vector>

#include "ops/op.h"

namespace thimble {

struct Step {
  int node;  // which node of the graph the call belongs to: the first, if it computes two
  KernelCall call;
};

using Program = std::vector<Step>;

/// Throws InputError, naming the node, when an operator has no kernel for the types at hand.
Program lower(const Graph& graph, const LowerOptions& options = {});

}  // namespace thimble
