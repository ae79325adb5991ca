// The written specification of a graph, checked after every pass.
#pragma once

#include "ir/graph.h"

namespace thimble {

/// Throws InternalError, naming `after` (a pass), unless:
/// - every tensor id is in range (an input of a node may be kNoTensor);
/// - every tensor is made once at most: by one node, or as a graph input, or it is constant;
/// - a variable is there from the start, and any number of nodes may write it;
/// - every tensor that is read is made before it is read, so the nodes are in an order of execution;
/// - dimensions are at least 0, and a constant has exactly the bytes of its type and shape;
/// - a quantized tensor has finite scales above 0, as many zero points as scales, one of each or one for each index of
///   the axis, and zero points in the range of its type.
void verify(const Graph& graph, const char* after);

}  // namespace thimble
