#include "cli/command.h"

namespace thimble {

void add_optimize_option(CLI::App& app, std::string& value) {
  app.add_option(
         "--optimize", value,
         "size: layers share kernels, -Os; speed: made for the CPU or each layer's shape, -O2; ram: as speed, but "
         "layers run row by row where that needs less memory")
      ->check(CLI::IsMember({"size", "speed", "ram"}));
}

Optimize parse_optimize(const std::string& value) {
  return value == "speed" ? Optimize::kSpeed : value == "ram" ? Optimize::kRam : Optimize::kSize;
}

}  // namespace thimble
