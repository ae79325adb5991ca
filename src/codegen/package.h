// A model as C source that stands alone: model.h, model.c, weights.c, the kernels it uses, a self-test, an example,
// build files.
#pragma once

#include <optional>
#include <string>

#include "base/file_system.h"
#include "base/optimize.h"
#include "plan/plan.h"

namespace thimble {

/// What the package is built for by its own Makefile and CMakeLists.txt. The C compiles for any, and has the kernels
/// made for this one's features.
struct Target {
  std::string name;      // "cortex-m4"
  std::string compiler;  // "arm-none-eabi-gcc"
  std::string archiver;  // "arm-none-eabi-ar"
  std::string flags;     // "-mcpu=cortex-m4 -mthumb"
  Features features = {};
  std::string board = {};  // the emulated board on which firmware for it is built (board/board.h); empty: none
};

/// The target of that name. Throws InputError that lists those there are.
const Target& find_target(const std::string& name);

/// What is known of the stack of model_invoke.
struct StackNote {
  std::size_t bytes = 0;  // at most so many
  std::string compiler;   // with which compiler and flags
};

struct PackageOptions {
  Optimize optimize = Optimize::kSize;
  Target target;
  /// Calls bench_layer(step) before each step of the program, and bench_layer(number of steps) between rows of several:
  /// for measuring (board/device/bench.h).
  bool mark_layers = false;
  std::optional<StackNote> stack = {};  // goes into model.h
};

/// The files, by name. model_selftest's golden outputs are computed here, by running the program on the host.
FileSet generate_package(const Graph& graph, const Program& program, const Plan& plan, const PackageOptions& options);

}  // namespace thimble
