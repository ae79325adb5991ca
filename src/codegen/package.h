// A model as C source that stands alone: model.h, model.c, weights.c, the kernels it uses, a self-test, an example,
// build files.
#pragma once

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
};

/// The target of that name. Throws InputError that lists those there are.
const Target& find_target(const std::string& name);

struct PackageOptions {
  Optimize optimize = Optimize::kSize;
  Target target;
};

/// The files, by name. model_selftest's golden outputs are computed here, by running the program on the host.
FileSet generate_package(const Graph& graph, const Program& program, const Plan& plan, const PackageOptions& options);

}  // namespace thimble
