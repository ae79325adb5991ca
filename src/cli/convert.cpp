// thimble convert: a model from one format to another, quantized if wanted.
#include <fmt/core.h>

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "cli/command.h"
#include "data/load.h"
#include "io/load.h"
#include "io/save.h"
#include "passes/passes.h"
#include "passes/pipeline.h"
#include "quant/calibrate.h"
#include "quant/float_weights.h"
#include "quant/trained.h"
#include "run/samples.h"

namespace thimble {
namespace {

struct ConvertArguments {
  std::string input;
  std::string output;
  std::string scheme;
  DataArguments calibration;
  std::string io = "int8";
};

/// As many samples as this are read when the command line does not say: more hardly change the ranges.
constexpr std::size_t kDefaultSamples = 500;

Graph quantized(FileSystem& files, const Graph& graph, const ConvertArguments& arguments) {
  const Scheme scheme = arguments.scheme == "int16x8" ? Scheme::kInt16x8 : Scheme::kInt8;
  const auto forms = load_integer_forms(files, arguments.input);
  if (!forms.empty() && with_context(arguments.input, [&] { return trained_scheme(graph, forms); }) == scheme) {
    fmt::print("Scales of the tensors: as the model was trained with\n");
    return with_context(arguments.input, [&] { return quantize_as_trained(graph, forms, arguments.io == "float32"); });
  }
  require(arguments.calibration.given(),
          "--quantize {} needs samples to find the range of each tensor; give --calibrate DATA", arguments.scheme);
  const DataArgument data = arguments.calibration.parsed();
  Dataset samples = load_dataset(files, data, Split::kTrain, input_array_names(graph));
  if (!data.count) samples = samples.first(kDefaultSamples);
  fmt::print("Ranges of the tensors: from {} samples of {}\n", samples.size(), arguments.calibration.data);
  const QuantizeOptions options{scheme, arguments.io == "float32"};
  return with_context(arguments.input, [&] { return calibrate_and_quantize(graph, samples, options); });
}

void convert(const ConvertArguments& arguments) {
  FileSystem& files = real_file_system();
  Graph graph = load_graph(files, arguments.input);
  with_context(arguments.input, [&] { simplify(graph); });
  if (arguments.scheme == "dynamic") {
    quantize_dynamic_range(graph);
  } else if (arguments.scheme == "float16") {
    quantize_float16(graph);
  } else if (!arguments.scheme.empty()) {
    graph = quantized(files, graph, arguments);
  }
  remove_dead_code(graph);
  save_graph(files, arguments.output, graph);
  fmt::print("Wrote {}: {} operators, {} bytes\n", arguments.output, graph.nodes.size(),
             std::filesystem::file_size(arguments.output));
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<ConvertArguments>();
  app.add_option("IN", arguments->input, "The model: .keras or .tflite")->required();
  app.add_option("-o,--output", arguments->output, "Where to write it: .tflite")->required();
  app.add_option("--quantize", arguments->scheme,
                 "int8: all integer; int16x8: 16-bit activations, 8-bit weights; dynamic: float activations, 8-bit "
                 "weights; float16: the weights alone, of half precision")
      ->check(CLI::IsMember({"int8", "int16x8", "dynamic", "float16"}));
  arguments->calibration.add_to(
      app, "--calibrate",
      "DATA[:N]: the data set whose training samples (the first N, else 500) give the ranges; a model that "
      "was trained for integers has them already");
  app.add_option("--io", arguments->io, "The type of the quantized model's inputs and outputs: int8 stands for its own")
      ->check(CLI::IsMember({"int8", "float32"}));
  return [arguments] { convert(*arguments); };
}

}  // namespace

const Command kConvertCommand = {
    "convert", "Convert a model, and quantize it",
    "  thimble convert model.keras -o model.tflite\n"
    "  thimble convert model.keras -o int8.tflite --quantize int8 --calibrate data/mnist:500\n"
    "  thimble convert model.keras -o half.tflite --quantize float16",
    setup};

}  // namespace thimble
