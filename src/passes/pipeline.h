// The passes that every model goes through between reading and use. Each is a free function in a file of its own.
#pragma once

#include "ir/graph.h"

namespace thimble {

/// Makes a model smaller without changing a bit of what an integer model computes, and a float model no more than
/// rounding: see pipeline.cpp for the passes. The graph is verified after each.
void simplify(Graph& graph);

}  // namespace thimble
