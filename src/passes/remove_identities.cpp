#include <algorithm>

#include "passes/passes.h"

namespace thimble {
namespace {

bool is_identity(const Graph& graph, const Node& node) {
  if (node.op == "DROPOUT") return true;
  return node.op == "RESHAPE" && graph.tensor(node.inputs[0]).shape == graph.tensor(node.outputs[0]).shape;
}

/// A reshape of a reshape reads what that one reads.
void look_through_reshapes(const std::vector<Node>& before, Node& node) {
  if (node.op != "RESHAPE") return;
  const auto reshapes = [&](const Node& other) { return other.op == "RESHAPE" && other.outputs[0] == node.inputs[0]; };
  const auto found = std::ranges::find_if(before, reshapes);
  if (found != before.end()) node.inputs[0] = found->inputs[0];
}

}  // namespace

void remove_identities(Graph& graph) {
  const auto is_graph_output = [&](TensorId id) {
    return std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
  };
  std::vector<Node> kept;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    look_through_reshapes(kept, graph.nodes[i]);
    const TensorId input = graph.nodes[i].inputs.empty() ? kNoTensor : graph.nodes[i].inputs[0];
    const TensorId output = graph.nodes[i].outputs[0];
    const bool from_input = std::find(graph.inputs.begin(), graph.inputs.end(), input) != graph.inputs.end();
    // An output that is nothing but an input keeps its copy, so that each has memory and a name of its own.
    if (!is_identity(graph, graph.nodes[i]) || (is_graph_output(output) && (from_input || is_graph_output(input)))) {
      kept.push_back(graph.nodes[i]);
      continue;
    }
    if (is_graph_output(output)) graph.tensor(input).name = graph.tensor(output).name;
    replace_uses(graph, output, input);
    for (Node& node : kept) std::replace(node.inputs.begin(), node.inputs.end(), output, input);
  }
  graph.nodes = std::move(kept);
}

}  // namespace thimble
