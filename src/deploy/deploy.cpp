#include "deploy/deploy.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "base/subprocess.h"
#include "deploy/layer_costs.h"
#include "ops/packing.h"
#include "passes/pipeline.h"
#include "plan/order.h"
#include "run/batch.h"

namespace thimble {
namespace {

/// The largest difference of two lists of floats, relative to the largest magnitude in `want`.
float relative_error(ByteSpan got, ByteSpan want) {
  const auto floats = [](ByteSpan bytes) {
    return std::span<const float>(reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float));
  };
  float largest = 1e-6f;
  float error = 0.0f;
  for (const float value : floats(want)) largest = std::max(largest, std::fabs(value));
  for (std::size_t i = 0; i < want.size() / sizeof(float); ++i) {
    const float difference = std::fabs(floats(got)[i] - floats(want)[i]);
    error = std::max(error, std::isnan(difference) ? INFINITY : difference);
  }
  return error / largest;
}

}  // namespace

LowerOptions lower_options_for(const Board& board, Rounding rounding) {
  return {.rounding = rounding,
          .features = {.dsp = board.dsp,
                       .mve = board.mve,
                       .fpu = board.fpu,
                       .lanes = board.lanes,
                       .multiply_add = board.multiply_add,
                       .avr = board.avr}};
}

PlanOptions plan_options_for(Optimize optimize, const MemoryOptions& memory) {
  return {.by_rows = optimize == Optimize::kRam || memory.ram, .limit = memory.ram, .caller = memory.caller};
}

namespace {

/// What `prepared` gives; null if that is too large.
template <typename Prepare>
std::shared_ptr<const Executable> unless_too_large(const Prepare& prepared) {
  try {
    return prepared();
  } catch (const InputError&) {
    return nullptr;
  }
}

/// prepare(way) for the first of `ways` that keeps to the limit. Throws the NotEnoughRam of the one that needs least.
template <typename Ways, typename Prepare>
std::shared_ptr<const Executable> first_that_fits(const Ways& ways, const Prepare& prepare) {
  std::optional<NotEnoughRam> least;
  for (const auto& way : ways) {
    try {
      return prepare(way);
    } catch (const NotEnoughRam& error) {
      if (!least || error.least < least->least) least = error;
    }
  }
  throw *least;
}

/// In the order of nodes as it is, or in another that needs less memory.
std::shared_ptr<const Executable> prepare_in_order(const Graph& graph, const LowerOptions& lower_options,
                                                   const PlanOptions& plan_options) {
  const auto prepared = [&](const Graph* ordered) {
    return prepare(*ordered, lower_options, plan_options, HostKernels::kPortable);
  };
  Graph other = graph;
  if (!order_for_memory(other)) return prepared(&graph);
  if (plan_options.limit) return first_that_fits(std::initializer_list{&graph, &std::as_const(other)}, prepared);
  auto first = prepared(&graph);
  auto second = prepared(&other);
  return second->plan.arena_bytes < first->plan.arena_bytes ? second : first;
}

/// With packed weights; null if that is too large. For speed, layers keep the kernels made for the CPU.
std::shared_ptr<const Executable> prepare_packed(const Graph& graph, Optimize optimize, LowerOptions lower_options,
                                                 const MemoryOptions& memory) {
  const bool keeps_kernels = optimize == Optimize::kSpeed;
  const Packing packing =
      choose_packing(graph, lower_options, keeps_kernels ? PackedLayers::kOnePixel : PackedLayers::kAll);
  lower_options.packing = &packing;
  PlanOptions plan_options = plan_options_for(optimize, memory);
  plan_options.unpack = keeps_kernels;
  return unless_too_large([&] { return prepare_in_order(graph, lower_options, plan_options); });
}

/// With one kind of kernels.
std::shared_ptr<const Executable> prepare_with(Graph graph, Optimize optimize, const LowerOptions& lower_options,
                                               const MemoryOptions& memory) {
  simplify_for_board(graph, lower_options);
  const auto plain = [&] { return prepare_in_order(graph, lower_options, plan_options_for(optimize, memory)); };
  const auto packed = lower_options.pack_weights ? prepare_packed(graph, optimize, lower_options, memory) : nullptr;
  if (!packed) return plain();
  const auto unpacked = unless_too_large(plain);
  const bool pays = !unpacked || constant_bytes(*packed) + decoder_bytes(lower_options) < constant_bytes(*unpacked);
  return pays ? packed : unpacked;
}

/// Those with which a model may be lowered, the ones that `optimize` stands for first.
std::vector<LowerOptions> kinds_of_kernels(Optimize optimize, const LowerOptions& lower_options) {
  LowerOptions portable = lower_options, for_cpu = lower_options;
  portable.features = {.avr = lower_options.features.avr};
  for_cpu.pairs = true;
  std::vector<LowerOptions> kinds = {for_cpu};
  if (for_cpu.features.mve) {  // vectors take more memory beside the rows than the DSP's pairs do
    for_cpu.features.mve = false;
    kinds.push_back(for_cpu);
  }
  kinds.insert(optimize == Optimize::kSize ? kinds.begin() : kinds.end(), portable);
  return kinds;
}

}  // namespace

std::shared_ptr<const Executable> prepare_for_board(Graph graph, Optimize optimize, const LowerOptions& lower_options,
                                                    const MemoryOptions& memory) {
  return first_that_fits(kinds_of_kernels(optimize, lower_options),
                         [&](const LowerOptions& kind) { return prepare_with(graph, optimize, kind, memory); });
}

Deployment deploy(Graph graph, Optimize optimize, const LowerOptions& lower_options, const MemoryOptions& memory,
                  bool mark_layers) {
  Deployment result;
  result.reference = prepare(graph, {.rounding = lower_options.rounding}, {}, HostKernels::kPortable);
  result.executable = prepare_for_board(std::move(graph), optimize, lower_options, memory);
  const Executable& executable = *result.executable;
  Target target = find_target("host");
  target.features = lower_options.features;
  result.package = generate_package(executable.graph, executable.program, executable.plan,
                                    {.optimize = optimize, .target = target, .mark_layers = mark_layers});
  return result;
}

namespace {

/// The target's board with the CPU that the target has.
Board board_of(const Target& target) {
  Board board = find_board(target.board);
  board.cpu_flags.clear();
  std::istringstream flags(target.flags);
  for (std::string flag; flags >> flag;) {
    if (!flag.starts_with("-O")) board.cpu_flags.push_back(flag);
  }
  return board;
}

}  // namespace

std::optional<StackNote> stack_of(const FileSet& package, const Target& target, Optimize optimize) {
  if (target.board.empty() || !find_program(target.compiler)) return {};
  const TemporaryFolder folder;
  try {
    const Board board = board_of(target);
    const Firmware firmware = build_firmware(board, package, {.optimize = optimize}, folder.path());
    if (!firmware.stack_bound) return {};
    const ProcessResult version = run_process({target.compiler, "-dumpversion"});
    return StackNote{*firmware.stack_bound,
                     fmt::format("{} {}{}", target.compiler, version.out.substr(0, version.out.find('\n')),
                                 optimize == Optimize::kSize ? " -Os" : " -O2")};
  } catch (const InputError&) {
    return {};  // the board is emulated, the chip that this goes to may have more memory
  }
}

Measurement measure(const Deployment& deployment, const Board& board, Optimize optimize,
                    const std::vector<Bytes>& inputs, std::size_t invocations, const std::filesystem::path& folder,
                    const RunOptions& options) {
  Measurement result;
  result.firmware = build_firmware(board, deployment.package, {.optimize = optimize}, folder);
  result.run = run_on_board(result.firmware, inputs, invocations, options);
  result.invocations = invocations;
  std::uint64_t total = 0;
  for (const std::uint64_t count : result.run.instructions) total += count;
  if (!result.run.instructions.empty()) {
    const std::uint64_t runs = result.run.instructions.size();
    result.instructions = (total + runs / 2) / runs;
  }
  const std::vector<ByteSpan> spans(inputs.begin(), inputs.end());
  const std::vector<Bytes> expected = run_stacked(deployment.reference, spans, invocations);
  result.bits_equal = expected == result.run.outputs;
  const Graph& graph = deployment.executable->graph;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (graph.tensor(graph.outputs[i]).type != Type::kFloat32) continue;
    result.largest_error = std::max(result.largest_error, relative_error(result.run.outputs[i], expected[i]));
  }
  return result;
}

std::vector<Bytes> made_up_inputs(const Graph& graph, std::size_t invocations) {
  Random random(1);
  std::vector<Bytes> result;
  for (const TensorId id : graph.inputs) {
    const Tensor& tensor = graph.tensor(id);
    Bytes bytes(tensor.bytes() * invocations);
    if (tensor.type == Type::kFloat32) {
      auto* floats = reinterpret_cast<float*>(bytes.data());
      for (std::size_t i = 0; i < bytes.size() / sizeof(float); ++i) floats[i] = random.uniform();
    } else if (size_of(tensor.type) <= 2 && tensor.type != Type::kBool) {
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
    }
    result.push_back(std::move(bytes));
  }
  return result;
}

}  // namespace thimble
