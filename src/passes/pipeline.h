// The passes that every model goes through between reading and use. Each is a free function in a file of its own.
#pragma once

#include "ir/graph.h"
#include "ops/op.h"

namespace thimble {

/// Makes a model smaller without changing a bit of what an integer model computes, and a float model no more than
/// rounding: see pipeline.cpp for the passes. The graph is verified after each.
void simplify(Graph& graph);

/// Before a simplified model is lowered for a board with `options`, as it will be lowered: no bit of the outputs
/// changes. The graph is verified after each pass.
void simplify_for_board(Graph& graph, const LowerOptions& options);

}  // namespace thimble
