// A node on its own, for tests of operators.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "ops/op.h"

namespace thimble {

/// The memory of one execution: outputs keep their values from one call to the next.
class TestMemory {
 public:
  TestMemory(const Graph& graph, const Node& node) : node_(node) {
    for (const TensorId id : node.outputs) outputs_.emplace_back(graph.tensor(id).bytes());
    for (const Tensor& tensor : graph.tensors) {
      inputs_.push_back(tensor.data ? *tensor.data : Bytes(tensor.variable ? tensor.bytes() : 0, tensor.zero_byte()));
    }
  }

  void run(const KernelCall& call) {
    Bytes scratch(call.scratch_bytes);
    std::vector<void*> pointers;
    for (const Operand& operand : call.operands) pointers.push_back(address(call, operand, scratch));
    call.invoke(pointers.data());
  }

  std::vector<Bytes> take_outputs() { return std::move(outputs_); }

 private:
  void* address(const KernelCall& call, const Operand& operand, Bytes& scratch) {
    const auto index = static_cast<std::size_t>(operand.index);
    switch (operand.kind) {
      case Operand::Kind::kInput:
      case Operand::Kind::kOutput: {
        const auto found = std::find(node_.outputs.begin(), node_.outputs.end(), operand.index);
        if (found == node_.outputs.end()) return inputs_[index].data();
        return outputs_[static_cast<std::size_t>(found - node_.outputs.begin())].data();
      }
      case Operand::Kind::kConstant:
        return const_cast<std::uint8_t*>(call.constants[index].data->data());
      case Operand::Kind::kScratch:
        return scratch.data();
      case Operand::Kind::kNull:
        return nullptr;
    }
    throw InternalError("a kind of operand without an address");
  }

  const Node& node_;
  std::vector<Bytes> inputs_;
  std::vector<Bytes> outputs_;
};

/// Add the inputs in order, then look at what the node infers or computes.
class TestNode {
 public:
  TestNode(std::string op, Attributes attributes) { node_ = {std::move(op), "node", {}, {}, std::move(attributes)}; }

  Graph& graph() { return graph_; }
  Node& node() { return node_; }
  const Graph& graph() const { return graph_; }
  const Node& node() const { return node_; }

  TensorId input(Tensor tensor) {
    const TensorId id = graph_.add(std::move(tensor));
    node_.inputs.push_back(id);
    return id;
  }
  /// An input whose values do not matter.
  TensorId input(Type type, Shape shape) { return input(tensor_of(type, std::move(shape))); }
  TensorId integers(const std::vector<std::int32_t>& values) {
    Tensor tensor = tensor_of(Type::kInt32, {static_cast<int>(values.size())});
    tensor.data = make_data(values);
    return input(std::move(tensor));
  }
  void absent_input() { node_.inputs.push_back(kNoTensor); }
  void output(Tensor tensor) { node_.outputs.push_back(graph_.add(std::move(tensor))); }

  std::vector<TensorSpec> infer() const { return thimble::infer(graph_, node_); }

  /// Runs the calls that the node lowers to; all inputs must have values. Returns the outputs' bytes.
  std::vector<Bytes> run(const LowerOptions& options = {}) const {
    TestMemory memory(graph_, node_);
    for (const KernelCall& call : op_of(node_).lower(NodeView(graph_, node_), options)) memory.run(call);
    return memory.take_outputs();
  }

  static Tensor tensor_of(Type type, Shape shape) {
    Tensor tensor;
    tensor.name = "tensor";
    tensor.type = type;
    tensor.shape = std::move(shape);
    return tensor;
  }

 private:
  Graph graph_;
  Node node_;
};

/// The message of the InputError that inference throws; "" when it throws none.
inline std::string infer_error(const TestNode& test) {
  try {
    test.infer();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace thimble
