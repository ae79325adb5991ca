#include "cli/model_picture.h"

#include <algorithm>

#include "base/printable.h"
#include "plan/segments.h"
#include "report/format.h"

namespace thimble {
namespace {

std::string quantization_text(const Tensor& tensor) {
  const Quantization& quantization = tensor.quantization;
  if (!quantization.present()) return "";
  if (!quantization.per_channel()) return fmt::format("scale {:.4g}, zero {}", tensor.scale(), tensor.zero_point());
  const auto [least, most] = std::ranges::minmax(quantization.scales);
  return fmt::format("{} scales {:.3g} to {:.3g}", quantization.scales.size(), least, most);
}

std::string type_text(const Tensor& tensor) {
  return fmt::format("{} {}", to_string(tensor.shape), name_of(tensor.type));
}

std::string details_of(const char* role, const Tensor& tensor) {
  const std::string quantization = quantization_text(tensor);
  return fmt::format("{} {}: {}{}{}", role, printable(tensor.name), type_text(tensor), quantization.empty() ? "" : ", ",
                     quantization);
}

PictureNode terminal(const char* title, const Tensor& tensor) {
  PictureNode node = {title, {short_name(tensor.name), type_text(tensor)}, {details_of(title, tensor)}};
  node.terminal = true;
  if (tensor.quantization.present()) node.lines.push_back(quantization_text(tensor));
  return node;
}

std::string work_text(const LayerSummary& layer) {
  std::string text;
  if (layer.parameters > 0) text += short_count(static_cast<double>(layer.parameters)) + " parameters";
  if (layer.macs > 0) text += (text.empty() ? "" : ", ") + short_count(static_cast<double>(layer.macs)) + " MACs";
  return text;
}

/// "weights 16x3x3x3 int8, 16 int32"
std::string constants_text(const Graph& graph, const Node& node) {
  std::string text;
  for (const TensorId id : node.inputs) {
    if (id == kNoTensor || !graph.tensor(id).constant()) continue;
    text += (text.empty() ? "constants " : ", ") + type_text(graph.tensor(id));
  }
  return text;
}

PictureNode node_of(const Graph& graph, const Node& node, const LayerSummary& layer, std::int64_t all_macs) {
  PictureNode result = {layer.op, {short_name(layer.name)}, {layer.op + " " + printable(layer.name)}};
  for (const TensorId id : node.outputs) {
    const Tensor& output = graph.tensor(id);
    if (id == node.outputs[0]) {
      result.lines.push_back(type_text(output));
      if (output.quantization.present()) result.lines.push_back(quantization_text(output));
    }
  }
  if (node.outputs.size() > 1) result.lines.push_back(fmt::format("{} outputs", node.outputs.size()));
  for (const std::string& line : {constants_text(graph, node), work_text(layer)}) {
    if (!line.empty()) result.lines.push_back(line);
  }
  for (const auto& [name, value] : node.attributes) result.details.push_back(name + ": " + to_string(value));
  for (const TensorId id : node.inputs) {
    if (id != kNoTensor) result.details.push_back(details_of("reads", graph.tensor(id)));
  }
  for (const TensorId id : node.outputs) result.details.push_back(details_of("makes", graph.tensor(id)));
  if (all_macs > 0) result.share = static_cast<double>(layer.macs) / static_cast<double>(all_macs);
  return result;
}

/// The model's inputs, its nodes, its outputs.
std::vector<PictureNode> nodes_of(const Graph& graph, const ModelSummary& summary) {
  std::vector<PictureNode> nodes;
  std::vector<int> maker(graph.tensors.size(), -1);
  const auto read = [&](PictureNode& node, TensorId id) {
    if (id != kNoTensor && maker[static_cast<std::size_t>(id)] >= 0) {
      node.inputs.push_back(maker[static_cast<std::size_t>(id)]);
    }
  };
  const auto make = [&](TensorId id) { maker[static_cast<std::size_t>(id)] = static_cast<int>(nodes.size()) - 1; };
  for (const TensorId id : graph.inputs) {
    nodes.push_back(terminal("input", graph.tensor(id)));
    make(id);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    PictureNode node = node_of(graph, graph.nodes[i], summary.layers[i], summary.macs);
    for (const TensorId id : graph.nodes[i].inputs) read(node, id);
    nodes.push_back(std::move(node));
    for (const TensorId id : graph.nodes[i].outputs) make(id);
  }
  for (const TensorId id : graph.outputs) {
    PictureNode node = terminal("output", graph.tensor(id));
    read(node, id);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

MemoryBlock block_of(const Graph& graph, const Plan& plan, const Allocation& allocation) {
  const bool rows = stream_of(plan.streams, allocation.first) != nullptr;
  MemoryBlock block = {rows ? "rows and scratch" : "scratch",
                       allocation.tensors.empty(),
                       allocation.offset,
                       allocation.bytes,
                       allocation.first,
                       allocation.last};
  for (const TensorId id : allocation.tensors) {
    const std::string name = short_name(graph.tensor(id).name);
    block.name = id == allocation.tensors[0] ? name : block.name + " = " + name;
  }
  return block;
}

std::string arena_contents(CallerMemory caller) {
  if (caller.inputs && caller.outputs) return "inputs and outputs are the caller's";
  return caller.inputs    ? "outputs included, inputs the caller's"
         : caller.outputs ? "inputs included, outputs the caller's"
                          : "inputs and outputs included";
}

std::string scale_text(const LayerSummary& layer) {
  return layer.scale == 0.0F ? "" : fmt::format("{:.4g} ({:+d})", layer.scale, layer.zero_point);
}

Table table_of(const ModelSummary& summary) {
  Table table;
  table.columns = {{"operator", false}, {"name", false}, {"output", false}, {"type", false},
                   {"scale (zero)"},    {"parameters"},  {"MACs"},          {"bytes in use"}};
  for (const LayerSummary& layer : summary.layers) {
    const auto count = [](std::int64_t number) { return grouped(static_cast<std::uint64_t>(number)); };
    table.rows.push_back({layer.op, short_name(layer.name), to_string(layer.shape), std::string(name_of(layer.type)),
                          scale_text(layer), count(layer.parameters), count(layer.macs), grouped(layer.arena_bytes)});
  }
  table.note = "Bytes in use: of the arena, while the layer runs. MACs: multiply-accumulates of one inference.";
  return table;
}

}  // namespace

std::string short_name(const std::string& name) {
  constexpr std::size_t kLongest = 32;
  const std::string first = printable(name.substr(0, name.find(';')));
  return first.size() <= kLongest ? first : ".." + first.substr(first.size() - kLongest + 2);
}

ModelPicture picture_of(const std::string& model, const Executable& executable, const ModelSummary& summary) {
  const Graph& graph = executable.graph;
  ModelPicture picture;
  picture.model = model;
  picture.key_figures = {{grouped(summary.layers.size()), "layers", "after simplification"},
                         {short_count(static_cast<double>(summary.parameters)), "parameters",
                          short_bytes(summary.weights_bytes) + " of constants"},
                         {short_count(static_cast<double>(summary.macs)), "multiply-accumulates", "an inference"},
                         {short_bytes(summary.arena_bytes), "arena", arena_contents(executable.plan.caller)}};
  picture.nodes = nodes_of(graph, summary);
  for (const Step& step : executable.program) {
    const LayerSummary& layer = summary.layers[static_cast<std::size_t>(step.node)];
    picture.steps.push_back(layer.op + " " + short_name(layer.name));
  }
  for (const Allocation& allocation : executable.plan.allocations)
    picture.blocks.push_back(block_of(graph, executable.plan, allocation));
  picture.arena_bytes = summary.arena_bytes;
  picture.peak = peak_text(executable.plan, graph, executable.program);
  picture.layers = table_of(summary);
  return picture;
}

}  // namespace thimble
