#include <algorithm>

#include "passes/passes.h"

namespace thimble {

void remove_dead_code(Graph& graph) {
  std::vector<bool> wanted(graph.tensors.size());
  for (const TensorId id : graph.outputs) wanted[static_cast<std::size_t>(id)] = true;
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const auto is_wanted = [&](TensorId id) { return wanted[static_cast<std::size_t>(id)]; };
    // A node that writes state (a variable among its outputs or inputs) is wanted for that.
    const auto is_state = [&](TensorId id) { return id != kNoTensor && graph.tensor(id).variable; };
    if (!std::any_of(node->outputs.begin(), node->outputs.end(), is_wanted) &&
        !std::any_of(node->outputs.begin(), node->outputs.end(), is_state) &&
        !std::any_of(node->inputs.begin(), node->inputs.end(), is_state)) {
      continue;
    }
    for (const TensorId id : node->inputs) {
      if (id != kNoTensor) wanted[static_cast<std::size_t>(id)] = true;
    }
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  graph.nodes = std::move(kept);
  drop_unused_tensors(graph);
}

}  // namespace thimble
