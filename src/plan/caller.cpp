#include "plan/caller.h"

#include <algorithm>

namespace thimble {
namespace {

std::size_t at(TensorId id) { return static_cast<std::size_t>(id); }

/// How often the steps of a program touch each tensor with operands of one kind.
std::vector<int> count_operands(const Graph& graph, const Program& program, Operand::Kind kind) {
  std::vector<int> counts(graph.tensors.size(), 0);
  for (const Step& step : program) {
    for (const Operand& operand : step.call.operands) {
      if (operand.kind == kind) ++counts[at(operand.index)];
    }
  }
  return counts;
}

/// Puts outputs into their buffers, and, from the last step back, what they are made from in place.
class OutputBuffers {
 public:
  OutputBuffers(const Graph& graph, const Program& program, std::vector<int>& buffers)
      : graph_(graph),
        program_(program),
        buffers_(buffers),
        reads_(count_operands(graph, program, Operand::Kind::kInput)),
        writes_(count_operands(graph, program, Operand::Kind::kOutput)) {}

  void place(int first) {
    for (std::size_t k = 0; k < graph_.outputs.size(); ++k) {
      const TensorId id = graph_.outputs[k];
      if (may_move(id)) buffers_[at(id)] = first + static_cast<int>(k);
    }
    for (auto step = program_.rbegin(); step != program_.rend(); ++step) place_source(step->call);
  }

 private:
  /// Whether a tensor is computed, and in no buffer yet.
  bool may_move(TensorId id) const {
    const Tensor& tensor = graph_.tensor(id);
    return !tensor.constant() && !tensor.variable && std::ranges::count(graph_.inputs, id) == 0 && buffers_[at(id)] < 0;
  }

  void place_source(const KernelCall& call) {
    const auto output = std::ranges::find(call.operands, Operand::Kind::kOutput, &Operand::kind);
    if (output == call.operands.end() || buffers_[at(output->index)] < 0 || writes_[at(output->index)] != 1) return;
    for (const TensorId source : call.in_place) {
      const bool only_here = reads_[at(source)] == 1;
      if (!only_here || !may_move(source) || graph_.tensor(source).bytes() != graph_.tensor(output->index).bytes())
        continue;
      buffers_[at(source)] = buffers_[at(output->index)];
      return;
    }
  }

  const Graph& graph_;
  const Program& program_;
  std::vector<int>& buffers_;
  const std::vector<int> reads_, writes_;
};

/// Copies of inputs stay where the inputs are.
void place_inputs(const Graph& graph, const Program& program, std::vector<int>& buffers) {
  std::vector<int> behind(graph.tensors.size(), -1);
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) behind[at(graph.inputs[i])] = static_cast<int>(i);
  for (const Step& step : program) {
    const std::vector<Operand>& operands = step.call.operands;
    if (!step.call.copy || operands.size() != 2 || operands[0].kind != Operand::Kind::kInput) continue;
    const TensorId output = operands[1].index;
    if (!graph.tensor(output).variable && buffers[at(output)] < 0) behind[at(output)] = behind[at(operands[0].index)];
  }
  for (std::size_t i = 0; i < behind.size(); ++i) {
    if (behind[i] >= 0) buffers[i] = behind[i];
  }
}

}  // namespace

int first_output_buffer(const Graph& graph, CallerMemory caller) {
  return caller.inputs ? static_cast<int>(graph.inputs.size()) : 0;
}

int count_buffers(const Graph& graph, CallerMemory caller) {
  return first_output_buffer(graph, caller) + (caller.outputs ? static_cast<int>(graph.outputs.size()) : 0);
}

std::vector<int> caller_buffers(const Graph& graph, const Program& program, CallerMemory caller) {
  std::vector<int> buffers(graph.tensors.size(), -1);
  if (caller.outputs) OutputBuffers(graph, program, buffers).place(first_output_buffer(graph, caller));
  if (caller.inputs) place_inputs(graph, program, buffers);
  return buffers;
}

}  // namespace thimble
