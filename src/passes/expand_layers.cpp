#include <algorithm>

#include "ops/expansion.h"
#include "passes/passes.h"

namespace thimble {
namespace {

/// A model's input that is only taken for indices holds integers: the casts behind it are left out.
void take_integers(Graph& graph, TensorId input) {
  const auto reads = [&](const Node& node) { return std::ranges::find(node.inputs, input) != node.inputs.end(); };
  const auto casts = [&](const Node& node) {
    return node.op == "CAST" && graph.tensor(node.outputs[0]).type == Type::kInt32;
  };
  const bool only_cast =
      std::ranges::all_of(graph.nodes, [&](const Node& node) { return !reads(node) || casts(node); });
  if (!only_cast || std::ranges::find(graph.outputs, input) != graph.outputs.end()) return;
  for (const Node& node : std::vector<Node>(graph.nodes)) {
    if (reads(node)) replace_uses(graph, node.outputs[0], input);
  }
  std::erase_if(graph.nodes, [&](const Node& node) { return reads(node) && casts(node); });
  graph.tensor(input).type = Type::kInt32;
}

}  // namespace

void expand_layers(Graph& graph) {
  std::vector<Node> nodes = std::move(graph.nodes);
  graph.nodes.clear();
  std::vector<TensorId> indices;  // what embeddings read
  for (Node& node : nodes) {
    if (op_of(node).expand == nullptr) {
      graph.nodes.push_back(std::move(node));
    } else {
      const TensorId input = node.inputs[0];
      with_context(node.name, [&] { expand_node(graph, node); });
      if (graph.nodes.size() > 1 && graph.nodes[graph.nodes.size() - 2].op == "CAST") indices.push_back(input);
    }
  }
  for (const TensorId input : indices) {
    if (std::ranges::find(graph.inputs, input) != graph.inputs.end()) take_integers(graph, input);
  }
}

}  // namespace thimble
