#include "deploy/layer_costs.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "run/summary.h"

namespace thimble {
namespace {

/// The calls that a step makes: its own, or those of its stages in a stream.
std::vector<const KernelCall*> calls_of(const Executable& executable, std::size_t step) {
  std::vector<const KernelCall*> calls;
  for (const Stream& stream : executable.plan.streams) {
    for (const StreamStage& stage : stream.stages) {
      if (static_cast<std::size_t>(stage.step) != step) continue;
      if (stage.begin) calls.push_back(&*stage.begin);
      calls.push_back(&stage.call);
      if (stage.end) calls.push_back(&*stage.end);
    }
  }
  if (calls.empty()) calls.push_back(&executable.program[step].call);
  return calls;
}

/// The constants' bytes, each contents counted once in the life of `seen`, as the C package stores it.
std::size_t weights_bytes(const Graph& graph, const KernelCall& call, std::set<Bytes>& seen) {
  std::size_t bytes = 0;
  const auto count = [&](const Bytes& contents) {
    if (seen.insert(contents).second) bytes += contents.size();
  };
  for (const KernelConstant& constant : call.constants) count(*constant.data);
  for (const Operand& operand : call.operands) {
    if (operand.kind == Operand::Kind::kInput && graph.tensor(operand.index).constant())
      count(*graph.tensor(operand.index).data);
  }
  return bytes;
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::count(names, name) == 0) names.push_back(name);
}

/// A copy whose input and output share memory.
bool is_left_out(const Executable& executable, std::size_t step) {
  return executable.plan.elided[step] && !stream_of(executable.plan.streams, static_cast<int>(step));
}

/// The layers without what was measured.
std::vector<LayerCost> layers_of(const Executable& executable) {
  const ModelSummary summary = summarize(executable);
  std::vector<LayerCost> layers;
  for (const LayerSummary& layer : summary.layers) {
    layers.push_back({layer.op, layer.name, layer.shape, layer.macs, 0, 0, {}});
  }
  std::set<Bytes> seen;
  for (std::size_t step = 0; step < executable.program.size(); ++step) {
    LayerCost& layer = layers[static_cast<std::size_t>(executable.program[step].node)];
    if (is_left_out(executable, step)) {
      layer.op.clear();  // join_pairs drops it
      continue;
    }
    for (const KernelCall* call : calls_of(executable, step)) {
      layer.weights_bytes += weights_bytes(executable.graph, *call, seen);
      add_name(layer.kernels, call->symbol);
    }
  }
  return layers;
}

/// Puts nodes that have no call of their own into the one before; drops those that nothing is done for.
void join_pairs(std::vector<LayerCost>& layers) {
  std::erase_if(layers, [](const LayerCost& layer) { return layer.op.empty(); });
  for (std::size_t i = layers.size(); i-- > 1;) {
    if (!layers[i].kernels.empty()) continue;
    LayerCost& first = layers[i - 1];
    first.op += " + " + layers[i].op;
    first.shape = layers[i].shape;
    first.macs += layers[i].macs;
    layers.erase(layers.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace

LayerCosts measure_layers(const Graph& graph, const Board& board, Optimize optimize, const LowerOptions& lower_options,
                          std::optional<std::size_t> ram, const std::vector<Bytes>& inputs) {
  const Deployment deployment = deploy(graph, optimize, lower_options, ram, true);
  const Executable& executable = *deployment.executable;
  std::vector<Bytes> first;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t bytes = executable.graph.tensor(executable.graph.inputs[i]).bytes();
    first.emplace_back(inputs[i].begin(), inputs[i].begin() + static_cast<std::ptrdiff_t>(bytes));
  }
  const TemporaryFolder folder;
  const int marks = static_cast<int>(executable.program.size()) + 1;
  const Firmware firmware =
      build_firmware(board, deployment.package, {.optimize = optimize, .marked_layers = marks}, folder.path());
  const BoardRun run = run_on_board(firmware, first, 1);
  LayerCosts costs{layers_of(executable), 0};
  std::uint64_t in_layers = 0;
  for (const auto& [step, instructions] : run.layers) {
    if (static_cast<std::size_t>(step) >= executable.program.size()) continue;
    costs.layers[static_cast<std::size_t>(executable.program[static_cast<std::size_t>(step)].node)].instructions +=
        instructions;
    in_layers += instructions;
  }
  costs.between = run.instructions[0] - in_layers;
  join_pairs(costs.layers);
  return costs;
}

}  // namespace thimble
