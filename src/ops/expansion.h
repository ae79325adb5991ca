// What `Op::expand` adds its nodes through: a layer of Keras's written in TFLite's operators.
#pragma once

#include <string>
#include <vector>

#include "ops/op.h"

namespace thimble {

/// A constant that is the transpose of some columns of a layer's weights.
struct WeightColumns {
  TensorId weights = kNoTensor;  // [columns, rows of the matrix]
  TensorId matrix = kNoTensor;
  int first = 0;
};

class Expansion {
 public:
  /// Nodes and tensors go to the end of `graph`; their names begin with `name`.
  Expansion(Graph& graph, std::string name) : graph_(graph), name_(std::move(name)) {}

  const Tensor& tensor(TensorId id) const { return graph_.tensor(id); }
  const Shape& shape(TensorId id) const { return graph_.tensor(id).shape; }

  /// Adds a node and returns its first output.
  TensorId add(std::string_view op, std::vector<TensorId> inputs, Attributes attributes = {});
  /// The outputs of the node that was added last.
  const std::vector<TensorId>& outputs() const { return graph_.nodes.back().outputs; }

  TensorId constant(const std::vector<float>& values, Shape shape);
  /// Columns [first, first + count) of a constant matrix as the weights of a FULLY_CONNECTED.
  TensorId columns(TensorId matrix, int first, int count);
  /// All that columns() made.
  const std::vector<WeightColumns>& made_of_columns() const { return columns_; }
  TensorId integers(const std::vector<int>& values);
  /// A state that begins as zeros.
  TensorId variable(Shape shape);

  // Nodes that many layers need.
  TensorId reshape(TensorId input, const Shape& shape);
  TensorId sum(TensorId a, TensorId b) { return add("ADD", {a, b}, {{"activation", std::string("NONE")}}); }
  TensorId difference(TensorId a, TensorId b) { return add("SUB", {a, b}, {{"activation", std::string("NONE")}}); }
  TensorId product(TensorId a, TensorId b) { return add("MUL", {a, b}, {{"activation", std::string("NONE")}}); }
  /// input[..., depth] * transpose of weights[units, depth] + bias; bias may be kNoTensor.
  TensorId dense(TensorId input, TensorId weights, TensorId bias);
  /// By Keras's name, "linear" being none.
  TensorId activation(TensorId input, const std::string& name);

 private:
  Graph& graph_;
  std::string name_;
  int count_ = 0;
  std::vector<WeightColumns> columns_;
};

/// Puts what `node`'s operator expands to at the end of the graph; the last node computes node.outputs[0].
std::vector<WeightColumns> expand_node(Graph& graph, const Node& node);

}  // namespace thimble
