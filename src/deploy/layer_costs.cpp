#include "deploy/layer_costs.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "deploy/layer_code.h"
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
    layers.push_back({.op = layer.op, .name = layer.name, .shape = layer.shape, .macs = layer.macs, .kernels = {}});
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

/// Puts nodes that have no call of their own into the one before; drops those that nothing is done for. Where each
/// node's layer is then.
std::vector<std::size_t> join_pairs(std::vector<LayerCost>& layers) {
  std::vector<LayerCost> joined;
  std::vector<std::size_t> layer_of_node;
  for (LayerCost& layer : layers) {
    if (!layer.op.empty() && layer.kernels.empty() && !joined.empty()) {
      LayerCost& first = joined.back();
      first.op += " + " + layer.op;
      first.shape = layer.shape;
      first.macs += layer.macs;
    } else if (!layer.op.empty()) {
      joined.push_back(std::move(layer));
    }
    layer_of_node.push_back(joined.empty() ? 0 : joined.size() - 1);
  }
  layers = std::move(joined);
  return layer_of_node;
}

/// `layer_of_step`: by the program's steps.
void add_code(LayerCosts& costs, const Firmware& firmware,
              const std::function<std::size_t(std::size_t)>& layer_of_step) {
  costs.other_code_bytes = firmware.code_bytes;
  for (const CodeShare& share : code_of_layers(firmware)) {
    std::set<std::size_t> layers;
    for (const std::size_t step : share.steps) layers.insert(layer_of_step(step));
    costs.other_code_bytes -= share.bytes;
    if (layers.size() == 1) {
      costs.layers[*layers.begin()].code_bytes += share.bytes;
    } else {
      costs.shared_code.push_back({{layers.begin(), layers.end()}, share.names, share.bytes});
    }
  }
  std::ranges::stable_sort(costs.shared_code, std::ranges::greater(), &SharedFunctions::bytes);
}

}  // namespace

std::size_t constant_bytes(const Executable& executable) {
  std::set<Bytes> seen;
  std::size_t bytes = 0;
  for (std::size_t step = 0; step < executable.program.size(); ++step) {
    if (is_left_out(executable, step)) continue;
    for (const KernelCall* call : calls_of(executable, step)) bytes += weights_bytes(executable.graph, *call, seen);
  }
  return bytes;
}

LayerCosts measure_layers(const Graph& graph, const Board& board, Optimize optimize, const LowerOptions& lower_options,
                          const MemoryOptions& memory, const std::vector<Bytes>& inputs, const Firmware& firmware) {
  const Deployment deployment = deploy(graph, optimize, lower_options, memory, true);
  const Executable& executable = *deployment.executable;
  std::vector<Bytes> first;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t bytes = executable.graph.tensor(executable.graph.inputs[i]).bytes();
    first.emplace_back(inputs[i].begin(), inputs[i].begin() + static_cast<std::ptrdiff_t>(bytes));
  }
  const TemporaryFolder folder;
  const int marks = static_cast<int>(executable.program.size()) + 1;
  const Firmware marked =
      build_firmware(board, deployment.package, {.optimize = optimize, .marked_layers = marks}, folder.path());
  const BoardRun run = run_on_board(marked, first, 1);
  LayerCosts costs{.layers = layers_of(executable), .shared_code = {}};
  std::uint64_t in_layers = 0;
  for (const auto& [step, instructions] : run.layers) {
    if (static_cast<std::size_t>(step) >= executable.program.size()) continue;
    costs.layers[static_cast<std::size_t>(executable.program[static_cast<std::size_t>(step)].node)].instructions +=
        instructions;
    in_layers += instructions;
  }
  costs.between = run.instructions[0] - in_layers;
  const std::vector<std::size_t> layer_of_node = join_pairs(costs.layers);
  add_code(costs, firmware,
           [&](std::size_t step) { return layer_of_node[static_cast<std::size_t>(executable.program.at(step).node)]; });
  return costs;
}

}  // namespace thimble
