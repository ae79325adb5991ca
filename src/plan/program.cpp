#include "plan/program.h"

#include "base/error.h"

namespace thimble {

Program lower(const Graph& graph, const LowerOptions& options) {
  Program program;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const Op& op = op_of(node);
    ensure(op.lower != nullptr, "{} '{}' cannot be lowered", node.op, node.name);
    with_context(fmt::format("operator {} {} '{}'", i, node.op, node.name), [&] {
      for (KernelCall& call : op.lower(NodeView(graph, node), options)) {
        program.push_back({static_cast<int>(i), std::move(call)});
      }
    });
  }
  return program;
}

}  // namespace thimble
