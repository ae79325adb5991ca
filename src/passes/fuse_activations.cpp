#include "passes/passes.h"

namespace thimble {
namespace {

bool same_quantization(const Tensor& a, const Tensor& b) {
  return a.type == b.type && a.quantization == b.quantization;
}

bool can_fuse(const Graph& graph, const Node& producer, const Node& activation) {
  return producer.attributes.has("activation") && producer.attributes.text("activation") == "NONE" &&
         producer.outputs.size() == 1 &&
         same_quantization(graph.tensor(producer.outputs[0]), graph.tensor(activation.outputs[0]));
}

}  // namespace

void fuse_activations(Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size();) {
    const Node node = graph.nodes[i];
    const bool is_activation = node.op == "RELU" || node.op == "RELU6";
    const int producer = is_activation ? producers(graph)[static_cast<std::size_t>(node.inputs[0])] : -1;
    if (producer < 0 || use_counts(graph)[static_cast<std::size_t>(node.inputs[0])] != 1 ||
        !can_fuse(graph, graph.nodes[static_cast<std::size_t>(producer)], node)) {
      ++i;
      continue;
    }
    Node& target = graph.nodes[static_cast<std::size_t>(producer)];
    target.attributes.set("activation", node.op);
    target.outputs[0] = node.outputs[0];
    graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace thimble
