#include "ops/expansion.h"

namespace thimble {

TensorId Expansion::add(std::string_view op, std::vector<TensorId> inputs, Attributes attributes) {
  const std::string name = fmt::format("{}/{}", name_, count_++);
  return append(graph_, {std::string(op), name_, std::move(inputs), {}, std::move(attributes)}, name);
}

TensorId Expansion::constant(const std::vector<float>& values, Shape shape) {
  Tensor tensor;
  tensor.name = fmt::format("{}/{}", name_, count_++);
  tensor.shape = std::move(shape);
  tensor.data = make_data(values);
  return graph_.add(std::move(tensor));
}

TensorId Expansion::columns(TensorId matrix, int first, int count) {
  const auto values = tensor(matrix).values<float>();
  const auto rows = static_cast<std::size_t>(shape(matrix)[0]);
  const auto width = static_cast<std::size_t>(shape(matrix)[1]);
  std::vector<float> result;
  result.reserve(rows * static_cast<std::size_t>(count));
  for (auto c = static_cast<std::size_t>(first); c < static_cast<std::size_t>(first + count); ++c) {
    for (std::size_t r = 0; r < rows; ++r) result.push_back(values[r * width + c]);
  }
  columns_.push_back({constant(result, {count, shape(matrix)[0]}), matrix, first});
  return columns_.back().weights;
}

TensorId Expansion::integers(const std::vector<int>& values) {
  Tensor tensor;
  tensor.name = fmt::format("{}/{}", name_, count_++);
  tensor.type = Type::kInt32;
  tensor.shape = {static_cast<int>(values.size())};
  tensor.data = make_data(std::vector<std::int32_t>(values.begin(), values.end()));
  return graph_.add(std::move(tensor));
}

TensorId Expansion::variable(Shape shape) {
  Tensor tensor;
  tensor.name = fmt::format("{}/{}", name_, count_++);
  tensor.shape = std::move(shape);
  tensor.variable = true;
  return graph_.add(std::move(tensor));
}

TensorId Expansion::reshape(TensorId input, const Shape& shape) {
  return add("RESHAPE", {input, integers(shape)},
             {{"new_shape", std::vector<std::int64_t>(shape.begin(), shape.end())}});
}

TensorId Expansion::dense(TensorId input, TensorId weights, TensorId bias) {
  std::vector<TensorId> inputs = {input, weights};
  if (bias != kNoTensor) inputs.push_back(bias);
  return add("FULLY_CONNECTED", inputs,
             {{"activation", std::string("NONE")}, {"keep_num_dims", shape(input).size() > 2}});
}

TensorId Expansion::activation(TensorId input, const std::string& name) {
  if (name == "linear") return input;
  if (name == "tanh") return add("TANH", {input});
  if (name == "sigmoid") return add("LOGISTIC", {input});
  ensure(name == "relu", "no operator for the activation '{}'", name);
  return add("RELU", {input});
}

std::vector<WeightColumns> expand_node(Graph& graph, const Node& node) {
  const std::size_t first = graph.nodes.size();
  Expansion expansion(graph, node.name);
  const TensorId result = op_of(node).expand(expansion, NodeView(graph, node));
  ensure(graph.tensor(result).shape == graph.tensor(node.outputs[0]).shape, "{} expands to {}, expected {}", node.op,
         to_string(graph.tensor(result).shape), to_string(graph.tensor(node.outputs[0]).shape));
  bool made = false;
  for (std::size_t i = first; i < graph.nodes.size(); ++i) {
    for (TensorId& output : graph.nodes[i].outputs) {
      if (output != result) continue;
      output = node.outputs[0];
      made = true;
    }
  }
  ensure(made, "{} expands to nothing", node.op);
  return expansion.made_of_columns();
}

}  // namespace thimble
