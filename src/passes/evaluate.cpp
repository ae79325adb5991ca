#include "passes/evaluate.h"

#include <algorithm>

namespace thimble {

std::vector<Bytes> evaluate(const Graph& graph, const Node& node, const std::vector<KernelCall>& calls,
                            const InputMemory& input) {
  std::vector<Bytes> results(node.outputs.size());
  for (std::size_t i = 0; i < results.size(); ++i) results[i].resize(graph.tensor(node.outputs[i]).bytes());
  const auto memory = [&](TensorId id) -> void* {
    const auto found = std::find(node.outputs.begin(), node.outputs.end(), id);
    if (found != node.outputs.end()) return results[static_cast<std::size_t>(found - node.outputs.begin())].data();
    const Tensor& tensor = graph.tensor(id);
    return const_cast<void*>(tensor.constant() ? tensor.data->data() : input(id));
  };
  for (const KernelCall& call : calls) {
    Bytes scratch(call.scratch_bytes);
    const std::vector<void*> pointers = bind_operands(call, memory, scratch.data());
    call.invoke(pointers.data());
  }
  return results;
}

}  // namespace thimble
