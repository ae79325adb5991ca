#include "plan/program.h"

#include <algorithm>

#include "base/error.h"
#include "ops/packing.h"

namespace thimble {
namespace {

/// The node after `index`, when it alone reads the one output of that node.
const Node* only_reader(const Graph& graph, std::size_t index) {
  const Node& node = graph.nodes[index];
  if (index + 1 == graph.nodes.size() || node.outputs.size() != 1) return nullptr;
  const Node& next = graph.nodes[index + 1];
  const bool one = use_counts(graph)[static_cast<std::size_t>(node.outputs[0])] == 1;
  return one && std::ranges::count(next.inputs, node.outputs[0]) == 1 ? &next : nullptr;
}

/// The call for the node and the one after it, if there is one.
std::optional<KernelCall> lower_two(const Graph& graph, std::size_t index, const LowerOptions& options) {
  const Node& node = graph.nodes[index];
  const auto lower_with = options.pairs ? op_of(node).lower_with : nullptr;
  const Node* next = lower_with ? only_reader(graph, index) : nullptr;
  return next ? lower_with(NodeView(graph, node), NodeView(graph, *next), options) : std::nullopt;
}

}  // namespace

Program lower(const Graph& graph, const LowerOptions& options) {
  Program program;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const Op& op = op_of(node);
    ensure(op.lower != nullptr, "{} '{}' cannot be lowered", node.op, node.name);
    with_context(fmt::format("operator {} {} '{}'", i, node.op, node.name), [&] {
      if (std::optional<KernelCall> call = packed_call(NodeView(graph, node), options)) {
        program.push_back({static_cast<int>(i), std::move(*call)});
        return;
      }
      if (std::optional<KernelCall> call = lower_two(graph, i, options)) {
        program.push_back({static_cast<int>(i++), std::move(*call)});
        return;
      }
      for (KernelCall& call : op.lower(NodeView(graph, node), options)) {
        program.push_back({static_cast<int>(i), std::move(call)});
      }
    });
  }
  return program;
}

}  // namespace thimble
