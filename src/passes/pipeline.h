// The passes that every model goes through between reading and use. Each is a free function in a file of its own.
#pragma once

#include "ir/graph.h"
#include "ops/expansion.h"
#include "ops/op.h"

namespace thimble {

/// Makes a model smaller without changing a bit of what an integer model computes, and a float model no more than
/// rounding: see pipeline.cpp for the passes. The graph is verified after each.
void simplify(Graph& graph);

/// simplify() in two parts, for training in between. The first leaves layers as they are through whose expansion there
/// is no gradient, such as recurrent ones. The second expands these, too: tensors keep their ids, and constants that
/// are columns of such a layer's weights are named.
void simplify_to_train(Graph& graph);
std::vector<WeightColumns> expand_for_chip(Graph& graph);

/// Before a simplified model is lowered for a board with `options`, as it will be lowered: no bit of the outputs
/// changes. The graph is verified after each pass.
void simplify_for_board(Graph& graph, const LowerOptions& options);

}  // namespace thimble
