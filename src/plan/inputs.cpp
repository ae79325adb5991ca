#include "plan/inputs.h"

namespace thimble {

std::vector<int> inputs_behind(const Graph& graph, const Program& program, InputMemory inputs) {
  std::vector<int> behind(graph.tensors.size(), -1);
  if (inputs == InputMemory::kArena) return behind;
  const auto of = [&](TensorId id) -> int& { return behind[static_cast<std::size_t>(id)]; };
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) of(graph.inputs[i]) = static_cast<int>(i);
  for (const Step& step : program) {
    const std::vector<Operand>& operands = step.call.operands;
    if (!step.call.copy || operands.size() != 2 || operands[0].kind != Operand::Kind::kInput) continue;
    if (!graph.tensor(operands[1].index).variable) of(operands[1].index) = of(operands[0].index);
  }
  return behind;
}

}  // namespace thimble
