#include <algorithm>

#include "passes/passes.h"

namespace thimble {
namespace {

/// Top, bottom, left and right of a PAD of an image; empty: there are others, or it is none.
std::vector<std::int64_t> borders(const Graph& graph, const Node& node) {
  const Tensor& input = graph.tensor(node.inputs[0]);
  const bool is_image = node.op == "PAD" && input.type == Type::kInt8 && input.shape.size() == 4;
  if (!is_image || !graph.tensor(node.inputs[1]).constant()) return {};
  if (input.quantization != graph.tensor(node.outputs[0]).quantization) return {};
  const std::vector<int> all = integers_of(graph.tensor(node.inputs[1]));
  if (all[0] != 0 || all[1] != 0 || all[6] != 0 || all[7] != 0) return {};
  return {all.begin() + 2, all.begin() + 6};
}

bool can_pad(const Graph& graph, const Node& node, const std::vector<std::int64_t>& pads) {
  if (node.op != "CONV_2D" && node.op != "DEPTHWISE_CONV_2D") return false;
  if (node.attributes.text("padding") != "VALID" || graph.tensor(node.inputs[1]).type != Type::kInt8) return false;
  const Shape& filter = graph.tensor(node.inputs[1]).shape;
  // As with SAME, every window sees a pixel of the image.
  return std::max(pads[0], pads[1]) < filter[1] && std::max(pads[2], pads[3]) < filter[2];
}

}  // namespace

void merge_pads(Graph& graph) {
  const std::vector<int> makers = producers(graph), uses = use_counts(graph);
  for (Node& node : graph.nodes) {
    if (node.inputs.empty() || node.inputs[0] == kNoTensor) continue;
    const auto image = static_cast<std::size_t>(node.inputs[0]);
    if (makers[image] < 0 || uses[image] != 1) continue;
    const Node& pad = graph.nodes[static_cast<std::size_t>(makers[image])];
    const std::vector<std::int64_t> pads = borders(graph, pad);
    if (pads.empty() || !can_pad(graph, node, pads)) continue;
    node.inputs[0] = pad.inputs[0];
    node.attributes.set("padding", std::string("EXPLICIT"));
    node.attributes.set("pads", pads);
  }
  remove_dead_code(graph);
}

}  // namespace thimble
