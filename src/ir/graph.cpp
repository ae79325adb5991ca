#include "ir/graph.h"

#include <algorithm>

namespace thimble {

std::vector<int> producers(const Graph& graph) {
  std::vector<int> result(graph.tensors.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const TensorId id : graph.nodes[i].outputs) result[static_cast<std::size_t>(id)] = static_cast<int>(i);
  }
  return result;
}

std::vector<int> use_counts(const Graph& graph) {
  std::vector<int> result(graph.tensors.size(), 0);
  for (const Node& node : graph.nodes) {
    for (const TensorId id : node.inputs) {
      if (id != kNoTensor) ++result[static_cast<std::size_t>(id)];
    }
  }
  for (const TensorId id : graph.outputs) ++result[static_cast<std::size_t>(id)];
  return result;
}

void replace_uses(Graph& graph, TensorId from, TensorId to) {
  for (Node& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  std::replace(graph.outputs.begin(), graph.outputs.end(), from, to);
}

void drop_unused_tensors(Graph& graph) {
  std::vector<TensorId> renumbered(graph.tensors.size(), kNoTensor);
  const auto each_use = [&graph](auto&& visit) {
    for (TensorId& id : graph.inputs) visit(id);
    for (TensorId& id : graph.outputs) visit(id);
    for (Node& node : graph.nodes) {
      for (TensorId& id : node.inputs) visit(id);
      for (TensorId& id : node.outputs) visit(id);
    }
  };
  each_use([&](TensorId& id) {
    if (id != kNoTensor) renumbered[static_cast<std::size_t>(id)] = 0;
  });
  std::vector<Tensor> kept;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    if (renumbered[i] == kNoTensor) continue;
    renumbered[i] = static_cast<TensorId>(kept.size());
    kept.push_back(std::move(graph.tensors[i]));
  }
  each_use([&](TensorId& id) {
    if (id != kNoTensor) id = renumbered[static_cast<std::size_t>(id)];
  });
  graph.tensors = std::move(kept);
}

}  // namespace thimble
