#include <algorithm>

#include "base/error.h"
#include "passes/evaluate.h"
#include "passes/passes.h"

namespace thimble {
namespace {

/// Whether the calls read nothing but constants and what the node itself has made.
bool reads_constants_only(const Graph& graph, const Node& node, const std::vector<KernelCall>& calls) {
  const auto known = [&](const Operand& operand) {
    return operand.kind != Operand::Kind::kInput || graph.tensor(operand.index).constant() ||
           std::find(node.outputs.begin(), node.outputs.end(), operand.index) != node.outputs.end();
  };
  return std::all_of(calls.begin(), calls.end(), [&](const KernelCall& call) {
    return std::all_of(call.operands.begin(), call.operands.end(), known);
  });
}

/// Whether the node could be computed now at all: cheap to tell, before lowering.
bool is_candidate(const Graph& graph, const Node& node) {
  const bool constant_inputs = std::all_of(node.inputs.begin(), node.inputs.end(), [&](TensorId id) {
    return id == kNoTensor || (graph.tensor(id).constant() && !graph.tensor(id).trainable);
  });
  const auto is_variable = [&](TensorId id) { return graph.tensor(id).variable; };
  if (std::any_of(node.outputs.begin(), node.outputs.end(), is_variable)) return false;
  std::size_t bytes = 0;
  for (const TensorId id : node.outputs) bytes += graph.tensor(id).bytes();
  return (constant_inputs || node.op == "SHAPE") && bytes <= kMostFoldedBytes && op_of(node).lower != nullptr;
}

void compute(Graph& graph, const Node& node, const std::vector<KernelCall>& calls) {
  std::vector<Bytes> results = evaluate(graph, node, calls, [](TensorId) { return nullptr; });
  for (std::size_t i = 0; i < results.size(); ++i) {
    graph.tensor(node.outputs[i]).data = std::make_shared<const Bytes>(std::move(results[i]));
  }
}

}  // namespace

void fold_constants(Graph& graph) {
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    if (is_candidate(graph, node)) {
      const std::vector<KernelCall> calls = op_of(node).lower(NodeView(graph, node), LowerOptions{});
      if (reads_constants_only(graph, node, calls)) {
        compute(graph, node, calls);
        continue;
      }
    }
    kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
}

}  // namespace thimble
