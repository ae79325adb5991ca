// Makes small graphs in few words: for tests and examples.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "ops/op.h"

namespace thimble {

class GraphBuilder {
 public:
  TensorId input(Shape shape, Type type = Type::kFloat32, Quantization quantization = {}) {
    Tensor tensor;
    tensor.name = "input" + std::to_string(graph_.inputs.size());
    tensor.type = type;
    tensor.shape = std::move(shape);
    tensor.quantization = std::move(quantization);
    graph_.inputs.push_back(graph_.add(std::move(tensor)));
    return graph_.inputs.back();
  }

  template <typename T>
  TensorId constant(Shape shape, Type type, const std::vector<T>& values, Quantization quantization = {}) {
    Tensor tensor;
    tensor.name = "constant" + std::to_string(graph_.tensors.size());
    tensor.type = type;
    tensor.shape = std::move(shape);
    tensor.quantization = std::move(quantization);
    tensor.data = make_data(values);
    return graph_.add(std::move(tensor));
  }
  TensorId constant(Shape shape, const std::vector<float>& values) {
    return constant(std::move(shape), Type::kFloat32, values);
  }

  /// Adds a node and returns its first output.
  TensorId node(const std::string& op, std::vector<TensorId> inputs, Attributes attributes = {}) {
    Node node;
    node.op = op;
    node.name = op + std::to_string(graph_.nodes.size());
    node.inputs = std::move(inputs);
    node.attributes = std::move(attributes);
    const std::string name = node.name;
    return append(graph_, std::move(node), name);
  }

  void quantize(TensorId id, float scale, int zero_point) {
    graph_.tensor(id).quantization = {{scale}, {zero_point}, 0};
  }

  const Shape& shape(TensorId id) const { return graph_.tensor(id).shape; }
  int zero_point(TensorId id) const { return graph_.tensor(id).zero_point(); }

  /// The graph with these outputs; the builder is used up.
  Graph finish(std::vector<TensorId> outputs) {
    graph_.outputs = std::move(outputs);
    return std::move(graph_);
  }

 private:
  Graph graph_;
};

}  // namespace thimble
