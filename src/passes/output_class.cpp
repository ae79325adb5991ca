#include <algorithm>

#include "base/error.h"
#include "passes/passes.h"

namespace thimble {
namespace {

/// What the values come from, before layers that keep the greatest one the greatest.
TensorId before_scores(const Graph& graph, TensorId id) {
  constexpr std::string_view kKeepOrder[] = {"SOFTMAX", "LOG_SOFTMAX", "DEQUANTIZE"};
  for (int producer = producers(graph)[static_cast<std::size_t>(id)];
       producer >= 0 && std::ranges::count(kKeepOrder, graph.nodes[static_cast<std::size_t>(producer)].op) > 0;
       producer = producers(graph)[static_cast<std::size_t>(id)]) {
    id = graph.nodes[static_cast<std::size_t>(producer)].inputs[0];
  }
  return id;
}

}  // namespace

void output_class(Graph& graph) {
  require(graph.outputs.size() == 1, "the model has {} outputs; the class is asked of one", graph.outputs.size());
  const TensorId scores = before_scores(graph, graph.outputs[0]);
  const Tensor& tensor = graph.tensor(scores);
  require(!tensor.shape.empty() && tensor.shape.back() > 1, "the output '{}' is {}; a class is one of several values",
          tensor.name, to_string(tensor.shape));
  Tensor axis;
  axis.name = "class/axis";
  axis.type = Type::kInt32;
  axis.data = make_data(std::vector<std::int32_t>{static_cast<std::int32_t>(tensor.shape.size()) - 1});
  const TensorId axis_id = graph.add(std::move(axis));
  graph.outputs = {
      append(graph, {"ARG_MAX", "class", {scores, axis_id}, {}, {{"output_type", std::string("INT32")}}}, "class")};
  remove_dead_code(graph);
}

}  // namespace thimble
