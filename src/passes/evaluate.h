// Computes one node on the host, with the operator's own kernels.
#pragma once

#include <functional>
#include <vector>

#include "ops/op.h"

namespace thimble {

/// Where a node's inputs are read; what it gives back for a constant is not looked at.
using InputMemory = std::function<const void*(TensorId)>;

/// The contents of each output of `node`, of the calls that it was lowered to.
std::vector<Bytes> evaluate(const Graph& graph, const Node& node, const std::vector<KernelCall>& calls,
                            const InputMemory& input);

}  // namespace thimble
