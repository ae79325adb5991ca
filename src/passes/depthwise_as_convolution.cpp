#include "passes/passes.h"

namespace thimble {
namespace {

bool applies(const Graph& graph, const Node& node) {
  if (node.op != "DEPTHWISE_CONV_2D") return false;
  const Tensor& input = graph.tensor(node.inputs[0]);
  const Tensor& filter = graph.tensor(node.inputs[1]);
  return input.type == Type::kInt8 && filter.type == Type::kInt8 && filter.constant() && input.shape[3] == 1;
}

/// 1 x height x width x channels to channels x height x width x 1.
Tensor transposed(const Tensor& filter) {
  Tensor result = filter;
  const auto channels = static_cast<std::size_t>(filter.shape[3]);
  result.shape = {filter.shape[3], filter.shape[1], filter.shape[2], 1};
  const auto from = filter.values<std::int8_t>();
  std::vector<std::int8_t> to(from.size());
  const std::size_t taps = from.size() / channels;
  for (std::size_t i = 0; i < from.size(); ++i) to[i % channels * taps + i / channels] = from[i];
  result.data = make_data(to);
  result.quantization.axis = 0;
  return result;
}

}  // namespace

void depthwise_as_convolution(Graph& graph) {
  for (Node& node : graph.nodes) {
    if (!applies(graph, node)) continue;
    node.inputs[1] = graph.add(transposed(graph.tensor(node.inputs[1])));
    node.op = "CONV_2D";
  }
}

}  // namespace thimble
