#include "cli/command.h"

namespace thimble {

void add_optimize_option(CLI::App& app, std::string& value) {
  app.add_option("--optimize", value, "size: layers share kernels, -Os; speed: each has its own, specialized, -O2")
      ->check(CLI::IsMember({"size", "speed"}));
}

Optimize parse_optimize(const std::string& value) { return value == "speed" ? Optimize::kSpeed : Optimize::kSize; }

}  // namespace thimble
