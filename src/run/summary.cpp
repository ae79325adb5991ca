#include "run/summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

LayerSummary describe(const Graph& graph, const Node& node) {
  LayerSummary layer;
  layer.op = node.op;
  layer.name = node.name;
  if (!node.outputs.empty()) {
    const Tensor& output = graph.tensor(node.outputs[0]);
    if (layer.name.empty()) layer.name = output.name;
    layer.shape = output.shape;
    layer.type = output.type;
    layer.scale = output.scale();
    layer.zero_point = output.zero_point();
  }
  const Op& op = op_of(node);
  if (op.macs != nullptr) layer.macs = op.macs(NodeView(graph, node));
  return layer;
}

/// The constants of a program, each contents once.
class Weights {
 public:
  void add(Type type, const std::shared_ptr<const Bytes>& data) {
    if (!contents_.emplace(type, as_text(*data)).second) return;
    bytes_ += data->size();
    by_type_[type] += data->size();
  }
  std::size_t bytes() const { return bytes_; }
  Type main_type() const {
    const auto most = std::ranges::max_element(by_type_, {}, [](const auto& entry) { return entry.second; });
    return most == by_type_.end() ? Type::kFloat32 : most->first;
  }

 private:
  std::set<std::pair<Type, std::string_view>> contents_;
  std::map<Type, std::size_t> by_type_;
  std::size_t bytes_ = 0;
};

}  // namespace

ModelSummary summarize(const Executable& executable) {
  const Graph& graph = executable.graph;
  ModelSummary summary;
  for (const Node& node : graph.nodes) summary.layers.push_back(describe(graph, node));

  Weights weights;
  std::set<TensorId> counted;
  const auto count = [&](const KernelCall& call, LayerSummary& layer) {
    for (const Operand& operand : call.operands) {
      if (operand.kind != Operand::Kind::kInput || !graph.tensor(operand.index).constant()) continue;
      const Tensor& tensor = graph.tensor(operand.index);
      weights.add(tensor.type, tensor.data);
      if (counted.insert(operand.index).second) layer.parameters += tensor.elements();
    }
    for (const KernelConstant& constant : call.constants) weights.add(constant.type, constant.data);
  };
  for (std::size_t i = 0; i < executable.program.size(); ++i) {
    const Step& step = executable.program[i];
    LayerSummary& layer = summary.layers[at(step.node)];
    layer.arena_bytes = std::max(layer.arena_bytes, bytes_in_use(executable.plan, static_cast<int>(i)));
    if (!executable.plan.elided[i]) count(step.call, layer);
  }
  for (const Stream& stream : executable.plan.streams) {
    for (const StreamStage& stage : stream.stages) {
      const int node = executable.program[at(stage.step)].node;
      for (const KernelCall* call :
           {stage.begin ? &*stage.begin : nullptr, &stage.call, stage.end ? &*stage.end : nullptr}) {
        if (call) count(*call, summary.layers[at(node)]);
      }
    }
  }
  // Kernels for a CPU have weights of their own, made of these.
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const QuantizationRule& rule = op_of(graph.nodes[i]).quantization;
    for (const int index : {rule.weights_input, rule.bias_input}) {
      if (index < 0 || at(index) >= graph.nodes[i].inputs.size()) continue;
      const TensorId id = graph.nodes[i].inputs[at(index)];
      if (id == kNoTensor || !graph.tensor(id).constant() || !counted.insert(id).second) continue;
      summary.layers[i].parameters += graph.tensor(id).elements();
    }
  }

  for (const LayerSummary& layer : summary.layers) {
    summary.parameters += layer.parameters;
    summary.macs += layer.macs;
    const bool peak = summary.peak_layer < 0 || layer.arena_bytes > summary.layers[at(summary.peak_layer)].arena_bytes;
    if (peak) summary.peak_layer = static_cast<int>(&layer - summary.layers.data());
  }
  summary.weights_bytes = weights.bytes();
  summary.weights_type = weights.main_type();
  summary.arena_bytes = executable.plan.arena_bytes;
  return summary;
}

}  // namespace thimble
