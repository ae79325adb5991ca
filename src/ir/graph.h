// The one graph of Thimble, for float and integer models alike: tensors, and nodes in an order of execution.
#pragma once

#include <string>
#include <vector>

#include "ir/attributes.h"
#include "ir/tensor.h"

namespace thimble {

using TensorId = int;
/// An optional input that is absent.
inline constexpr TensorId kNoTensor = -1;

struct Node {
  std::string op;    // TFLite's operator name, "CONV_2D", or one of Keras's that has no such ("BATCH_NORMALIZATION")
  std::string name;  // for people: the layer's name where there is one
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  Attributes attributes;
};

struct Graph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;

  Tensor& tensor(TensorId id) { return tensors[static_cast<std::size_t>(id)]; }
  const Tensor& tensor(TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
  TensorId add(Tensor tensor) {
    tensors.push_back(std::move(tensor));
    return static_cast<TensorId>(tensors.size()) - 1;
  }
};

/// For each tensor, the index of the node that computes it, or -1.
std::vector<int> producers(const Graph& graph);

/// For each tensor, the number of node inputs and graph outputs that read it.
std::vector<int> use_counts(const Graph& graph);

/// Reads `to` wherever `from` was read, graph outputs included.
void replace_uses(Graph& graph, TensorId from, TensorId to);

/// Drops the tensors that nothing names any more and renumbers the others, keeping their order.
void drop_unused_tensors(Graph& graph);

}  // namespace thimble
