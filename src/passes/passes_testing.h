// Runs small graphs in tests of passes.
#pragma once

#include "passes/evaluate.h"

namespace thimble {

/// The output of a graph with one input and one output, whose nodes have one each, with the portable kernels. Every
/// tensor has memory of its own.
inline Bytes compute(const Graph& graph, const Bytes& input) {
  std::vector<Bytes> memory(graph.tensors.size());
  memory[static_cast<std::size_t>(graph.inputs[0])] = input;
  for (const Node& node : graph.nodes) {
    const std::vector<KernelCall> calls = op_of(node).lower(NodeView(graph, node), {});
    const auto read = [&](TensorId id) { return memory[static_cast<std::size_t>(id)].data(); };
    memory[static_cast<std::size_t>(node.outputs[0])] = evaluate(graph, node, calls, read)[0];
  }
  return memory[static_cast<std::size_t>(graph.outputs[0])];
}

}  // namespace thimble
