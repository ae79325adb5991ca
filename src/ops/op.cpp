#include "ops/op.h"

#include <algorithm>

#include "base/error.h"

namespace thimble {
namespace {

/// Kernels index with 32 bits.
constexpr std::int64_t kMostElements = std::int64_t{1} << 28;

}  // namespace

const Op* find_op(std::string_view name) {
  const auto ops = all_ops();
  const auto found = std::find_if(ops.begin(), ops.end(), [&](const Op* op) { return op->name == name; });
  return found == ops.end() ? nullptr : *found;
}

const Op& op_of(const Node& node) {
  const Op* op = find_op(node.op);
  ensure(op != nullptr, "no operator is called '{}'", node.op);
  return *op;
}

const Op* find_tflite_op(int builtin) {
  const auto ops = all_ops();
  const auto found = std::find_if(
      ops.begin(), ops.end(), [&](const Op* op) { return op->tflite.builtin >= 0 && op->tflite.builtin == builtin; });
  return found == ops.end() ? nullptr : *found;
}

const LayerCodec* find_layer(std::string_view class_name) {
  for (const Op* op : all_ops()) {
    for (const LayerCodec& layer : op->layers) {
      if (layer.class_name == class_name) return &layer;
    }
  }
  return nullptr;
}

std::vector<TensorSpec> infer(const Graph& graph, const Node& node) {
  const Op& op = op_of(node);
  const int inputs = static_cast<int>(node.inputs.size());
  const int outputs = static_cast<int>(node.outputs.size());
  const bool any_number = op.max_inputs < 0;
  require(inputs >= op.min_inputs && (any_number || inputs <= op.max_inputs), "{} has {} inputs, expected {}{}",
          op.name, inputs, op.min_inputs,
          any_number                      ? " or more"
          : op.max_inputs > op.min_inputs ? fmt::format(" to {}", op.max_inputs)
                                          : "");
  for (int i = 0; i < op.min_inputs; ++i) {
    require(node.inputs[static_cast<std::size_t>(i)] != kNoTensor, "{} lacks its input {}", op.name, i);
  }
  require(op.outputs < 0 || outputs == 0 || outputs == op.outputs, "{} has {} outputs, expected {}", op.name, outputs,
          op.outputs);
  std::vector<TensorSpec> specs = op.infer(NodeView(graph, node));
  for (const TensorSpec& spec : specs) {
    require(element_count(spec.shape) <= kMostElements, "an output of {} is too large", to_string(spec.shape));
  }
  return specs;
}

TensorId append(Graph& graph, Node node, const std::string& name) {
  const std::vector<TensorSpec> specs = infer(graph, node);
  for (const TensorSpec& spec : specs) {
    Tensor tensor;
    tensor.name = node.outputs.empty() ? name : fmt::format("{}:{}", name, node.outputs.size());
    tensor.type = spec.type;
    tensor.shape = spec.shape;
    node.outputs.push_back(graph.add(std::move(tensor)));
  }
  graph.nodes.push_back(std::move(node));
  return graph.nodes.back().outputs[0];
}

}  // namespace thimble
