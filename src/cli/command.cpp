#include "cli/command.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "data/dataset.h"
#include "data/front_end_file.h"
#include "passes/front_end.h"
#include "passes/passes.h"

namespace thimble {
namespace {

constexpr std::size_t kMostRam = std::size_t{1} << 32;

}  // namespace

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

void FitArguments::add_memory_to(CLI::App& app, const std::string& input_option) {
  app.add_option(
      "--ram", ram,
      "The most RAM for activations, inputs and outputs included where they are in the arena: bytes, or with a k for "
      "1024 of them. Layers run row by row where that is needed");
  app.add_option(
         input_option, input,
         "arena: the model has memory for its inputs, which it reuses; caller: it reads them where the caller has "
         "them, such as in flash, and never writes there")
      ->check(CLI::IsMember({"arena", "caller"}));
  app.add_option("--output-buffer", output_buffer,
                 "arena: the model has memory for its outputs; caller: it writes them where the caller wants them")
      ->check(CLI::IsMember({"arena", "caller"}));
}

void FitArguments::add_to(CLI::App& app) {
  add_memory_to(app);
  app.add_option("--output", output, "scores: what the model gives; class: the index of the greatest of them alone")
      ->check(CLI::IsMember({"scores", "class"}));
  app.add_option("--weights", weights,
                 "plain; packed: the weights of convolutions and dense layers in fewer bytes, where it pays, unpacked "
                 "channel by channel as they are used. Less flash, more time; the bits stay the same")
      ->check(CLI::IsMember({"plain", "packed"}));
}

MemoryOptions FitArguments::memory() const {
  if (ram.empty()) return {.caller = caller()};
  std::size_t number = 0;
  const char* const end = ram.data() + ram.size();
  const auto [rest, error] = std::from_chars(ram.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const bool is_kilo = unit == "k" || unit == "K";
  require(error == std::errc() && (unit.empty() || is_kilo) && number <= kMostRam,
          "--ram {}: expected a number of bytes, such as 20000 or 20k", ram);
  return {is_kilo ? number * 1024 : number, caller()};
}

void FitArguments::apply_to(Graph& graph) const {
  if (output == "class") output_class(graph);
}

LowerOptions FitArguments::apply_to(LowerOptions options) const {
  options.pack_weights = weights == "packed";
  return options;
}

CLI::Option* DataArguments::add_to(CLI::App& app, const std::string& name, const std::string& help) {
  CLI::Option* const option = app.add_option(name, data, help);
  app.add_option("--scale", scale, "What bytes of the data are multiplied by, as in the recipe; 1/255 if not said");
  return option;
}

DataArgument DataArguments::parsed() const {
  DataArgument argument = parse_data_argument(data);
  if (!scale) return argument;
  require(std::isfinite(*scale) && *scale > 0.0F, "--scale {}: expected a number above 0, such as 0.0078125", *scale);
  argument.scale = scale;
  return argument;
}

void add_front_end_option(CLI::App& app, std::string& path) {
  app.add_option(
      "--front-end", path,
      "A data set of sounds, or its front_end.toml: the model gets its front end before it, and takes sound");
}

void apply_front_end(FileSystem& files, const std::string& path, Graph& graph) {
  if (!path.empty()) prepend_front_end(graph, read_front_end(files, path), Dataset().scale);
}

}  // namespace thimble
