// Where two models part, layer by layer: two files, one model under two roundings, the host and a board.
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"
#include "run/executor.h"

namespace thimble {

/// All values that the nodes of a graph made in some invocations.
struct Trace {
  Graph graph;
  std::vector<Bytes> values;  // by TensorId; stacked invocations; empty for what no node made
  std::size_t invocations = 0;
};

/// `graph` with every value that a node makes among its outputs, so that whoever runs it can hand them out.
Graph with_all_outputs(const Graph& graph);

/// Runs on the host.
Trace trace(const Graph& graph, const std::vector<ByteSpan>& inputs, std::size_t invocations,
            const LowerOptions& options = {});

/// From the stacked outputs of with_all_outputs(graph), run elsewhere.
Trace trace_of_outputs(const Graph& graph, const std::vector<Bytes>& outputs, std::size_t invocations);

/// How one layer's output differs. Real values: integers are dequantized, if they have a scale.
struct LayerDifference {
  std::string op;
  std::string name_a;
  std::string name_b;
  std::size_t elements = 0;   // of all invocations
  std::size_t different = 0;  // whose stored values or, between different types, real values are not equal
  double largest = 0.0;       // absolute difference
  double mean = 0.0;          // absolute difference
  double range = 0.0;         // largest minus smallest real value of A: what to hold the differences against
};

/// Pairs the layers of two traces: by the name of their output where both have it, else in their order while operator
/// and shape agree. Layers without a partner are left out. Throws InputError when nothing can be paired, or the numbers
/// of invocations differ.
std::vector<LayerDifference> compare(const Trace& a, const Trace& b);

}  // namespace thimble
