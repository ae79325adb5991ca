// A graph compiled to C, built into firmware, run on an emulated board and measured there.
#pragma once

#include <filesystem>
#include <memory>

#include "board/emulator.h"
#include "codegen/package.h"
#include "run/executor.h"

namespace thimble {

/// The C package of a graph, and the program that it was printed from, which the host can run.
struct Deployment {
  std::shared_ptr<const Executable> executable;
  /// The same graph with the portable kernels: what a board's outputs are compared with.
  std::shared_ptr<const Executable> reference;
  FileSet package;
};

LowerOptions lower_options_for(const Board& board, Rounding rounding = Rounding::kTflm);

/// What a model may take of the memory, and whether its inputs and outputs are there.
struct MemoryOptions {
  std::optional<std::size_t> ram = {};  // bytes of the arena, at most
  CallerMemory caller = {};
};

/// For RAM, layers by rows; under a limit in bytes as many of them as it takes.
PlanOptions plan_options_for(Optimize optimize, const MemoryOptions& memory = {});

/// The graph without channels that are constant, in the order that needs the fewest bytes, lowered and planned: what
/// the package is printed from. For speed and RAM the kernels are those made for the CPU of `lower_options`, for size
/// the portable ones that all layers share; or the others, where only these keep to `memory.ram`. With
/// LowerOptions::pack_weights, weights are packed if all constants and the decoder take fewer bytes so than all
/// constants plain. Throws InputError when it cannot be lowered, or needs more bytes than `memory.ram` with either
/// kernels.
std::shared_ptr<const Executable> prepare_for_board(Graph graph, Optimize optimize, const LowerOptions& lower_options,
                                                    const MemoryOptions& memory = {});

/// prepare_for_board, printed; `mark_layers` as in PackageOptions. The graph should have been simplified.
Deployment deploy(Graph graph, Optimize optimize, const LowerOptions& lower_options = {},
                  const MemoryOptions& memory = {}, bool mark_layers = false);

/// The bound on the stack of a package for `target`: built for the board with the same CPU. None for the host, and
/// where the target's compiler is not installed, the board too small, or nothing could be proven.
std::optional<StackNote> stack_of(const FileSet& package, const Target& target, Optimize optimize);

/// What running a model on a board costs, and whether it is right. Bytes and instructions; see board/firmware.h and
/// board/emulator.h for how each is obtained.
struct Measurement {
  Firmware firmware;
  BoardRun run;
  std::uint64_t instructions = 0;  // of one invocation: the mean, rounded
  std::size_t invocations = 0;
  bool bits_equal = false;     // every output equals the host's, bit for bit
  float largest_error = 0.0f;  // of float outputs: largest difference to the host's, relative to the largest magnitude
};

/// Builds firmware for `board` in `folder`, runs `invocations` stacked inputs on it, and compares with the host's
/// outputs. Throws InputError when the model does not fit the board.
Measurement measure(const Deployment& deployment, const Board& board, Optimize optimize,
                    const std::vector<Bytes>& inputs, std::size_t invocations, const std::filesystem::path& folder,
                    const RunOptions& options = {});

/// `invocations` stacked inputs of made-up values, the same at every call: any value for 8- and 16-bit inputs, [0, 1)
/// for floats, 0 for wider integers.
std::vector<Bytes> made_up_inputs(const Graph& graph, std::size_t invocations);

}  // namespace thimble
