// The order of a graph's nodes: any is right in which a node comes after those that it reads.
#pragma once

#include "ir/graph.h"

namespace thimble {

/// The most bytes of tensors that are alive together, each from the node that makes it to the last that reads it.
std::size_t peak_bytes(const Graph& graph);

/// Puts the nodes of a graph that branches into an order with the lowest peak. Exact, as long as there are at most
/// kMostOrderStates sets of nodes that may come first; otherwise, and where no order is better, the graph stays as it
/// is. So does one with variables, which nodes may write without saying so. Returns whether it has changed.
bool order_for_memory(Graph& graph);
inline constexpr std::size_t kMostOrderStates = 4000;  // of one size

}  // namespace thimble
