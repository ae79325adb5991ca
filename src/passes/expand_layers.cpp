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

/// Whether there is a gradient through all nodes from `first` on.
bool trainable_from(const Graph& graph, std::size_t first) {
  return std::ranges::all_of(graph.nodes.begin() + static_cast<std::ptrdiff_t>(first), graph.nodes.end(),
                             [](const Node& node) { return op_of(node).train != nullptr; });
}

enum class Which { kAll, kTrainable };

std::vector<WeightColumns> expand(Graph& graph, Which which) {
  std::vector<WeightColumns> columns;
  std::vector<Node> nodes = std::move(graph.nodes);
  graph.nodes.clear();
  std::vector<TensorId> indices;  // what embeddings read
  for (Node& node : nodes) {
    if (op_of(node).expand == nullptr) {
      graph.nodes.push_back(std::move(node));
      continue;
    }
    const std::size_t first = graph.nodes.size(), tensors = graph.tensors.size();
    const auto made = with_context(node.name, [&] { return expand_node(graph, node); });
    if (which == Which::kTrainable && (!made.empty() || !trainable_from(graph, first))) {
      graph.nodes.resize(first);
      graph.tensors.resize(tensors);
      graph.nodes.push_back(std::move(node));
      continue;
    }
    columns.insert(columns.end(), made.begin(), made.end());
    if (graph.nodes.size() > 1 && graph.nodes[graph.nodes.size() - 2].op == "CAST") indices.push_back(node.inputs[0]);
  }
  for (const TensorId input : indices) {
    if (std::ranges::find(graph.inputs, input) != graph.inputs.end()) take_integers(graph, input);
  }
  return columns;
}

}  // namespace

std::vector<WeightColumns> expand_layers(Graph& graph) { return expand(graph, Which::kAll); }

void expand_trainable_layers(Graph& graph) { expand(graph, Which::kTrainable); }

}  // namespace thimble
