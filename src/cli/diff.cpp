// thimble diff: where two models part, layer by layer.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "deploy/deploy.h"
#include "io/arrays.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/compare.h"

namespace thimble {
namespace {

struct DiffArguments {
  std::string model_a;
  std::string model_b;
  std::vector<std::string> inputs;
  std::vector<std::string> inputs_b;
  std::string board;
  std::string rounding = "tflm";
  bool json = false;
};

Graph load(FileSystem& files, const std::string& path) {
  Graph graph = load_graph(files, path);
  with_context(path, [&] { simplify(graph); });
  return graph;
}

struct Inputs {
  std::vector<NpyArray> arrays;
  std::size_t count = 0;
};

Inputs load_inputs(FileSystem& files, const Graph& graph, const std::vector<std::string>& paths) {
  Inputs inputs;
  for (const std::string& path : paths) {
    inputs.arrays.push_back(with_context(path, [&] { return parse_npy(files.read(path)); }));
  }
  inputs.count = check_stacked_inputs(graph, inputs.arrays, paths);
  return inputs;
}

Trace trace_on_host(const Graph& graph, const Inputs& inputs, Rounding rounding) {
  std::vector<ByteSpan> spans;
  for (const NpyArray& array : inputs.arrays) spans.emplace_back(array.bytes);
  return trace(graph, spans, inputs.count, {rounding});
}

Trace trace_on_board(const Graph& graph, const Inputs& inputs, const std::string& name) {
  const Board& board = find_board(name);
  const Deployment deployment = deploy(with_all_outputs(graph), Optimize::kSize);
  const TemporaryFolder folder;
  const Firmware firmware =
      build_firmware(board, deployment.package, {.optimize = Optimize::kSize, .demo_input = {}}, folder.path());
  std::vector<Bytes> bytes;
  for (const NpyArray& array : inputs.arrays) bytes.push_back(array.bytes);
  const BoardRun run = run_on_board(firmware, bytes, inputs.count, {.count_instructions = false});
  return trace_of_outputs(graph, run.outputs, inputs.count);
}

void print(const std::vector<LayerDifference>& layers) {
  fmt::print("{:<22} {:<34} {:>16} {:>12} {:>12} {:>12}\n", "operator", "output", "different", "largest", "mean",
             "range of A");
  for (const LayerDifference& layer : layers) {
    const std::string name =
        layer.name_a.size() > 34 ? ".." + layer.name_a.substr(layer.name_a.size() - 32) : layer.name_a;
    fmt::print("{:<22} {:<34} {:>16} {:>12.4g} {:>12.4g} {:>12.4g}\n", layer.op, name,
               fmt::format("{}/{}", layer.different, layer.elements), layer.largest, layer.mean, layer.range);
  }
  const auto first = std::find_if(layers.begin(), layers.end(), [](const auto& layer) { return layer.different > 0; });
  fmt::print("\n{}\n", first == layers.end() ? std::string("No layer differs.")
                                             : fmt::format("The first to differ: {} '{}'.", first->op, first->name_a));
}

void print_json(const std::vector<LayerDifference>& layers) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const LayerDifference& layer : layers) {
    rows.push_back({{"op", layer.op},
                    {"name_a", layer.name_a},
                    {"name_b", layer.name_b},
                    {"elements", layer.elements},
                    {"different", layer.different},
                    {"largest", layer.largest},
                    {"mean", layer.mean},
                    {"range", layer.range}});
  }
  fmt::print("{}\n", json_text(rows));
}

void diff(const DiffArguments& arguments) {
  FileSystem& files = real_file_system();
  const bool one_model = arguments.model_b.empty();
  require(!one_model || !arguments.board.empty() || arguments.rounding != "tflm",
          "one model alone has nothing to differ from; give a second one, or --on BOARD, or --rounding litert");
  const Graph a = load(files, arguments.model_a);
  const Graph b = one_model ? a : load(files, arguments.model_b);
  const Inputs inputs_a = load_inputs(files, a, arguments.inputs);
  const Inputs inputs_b = load_inputs(files, b, arguments.inputs_b.empty() ? arguments.inputs : arguments.inputs_b);
  const Trace trace_a = trace_on_host(a, inputs_a, Rounding::kTflm);
  const Trace trace_b =
      arguments.board.empty()
          ? trace_on_host(b, inputs_b, arguments.rounding == "litert" ? Rounding::kLitert : Rounding::kTflm)
          : trace_on_board(b, inputs_b, arguments.board);
  const std::vector<LayerDifference> layers = compare(trace_a, trace_b);
  arguments.json ? print_json(layers) : print(layers);
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<DiffArguments>();
  app.add_option("A", arguments->model_a, "A model; it runs on the host")->required();
  app.add_option("B", arguments->model_b, "The model to hold against it (default: A itself)");
  app.add_option("--input,-i", arguments->inputs, "One .npy for each input, stacked as for thimble run")->required();
  app.add_option("--input-b", arguments->inputs_b, "Those of B, where they are of another type");
  app.add_option("--on", arguments->board, "Run B on this emulated board: m0, m3, m4, ...");
  app.add_option("--rounding", arguments->rounding, "Run B on the host with this rounding")
      ->check(CLI::IsMember({"tflm", "litert"}));
  app.add_flag("--json", arguments->json, "Print the differences as JSON");
  return [arguments] { diff(*arguments); };
}

}  // namespace

const Command kDiffCommand = {"diff", "Show where two models part, layer by layer",
                              "  thimble diff float.tflite int8.tflite --input floats.npy --input-b int8s.npy\n"
                              "  thimble diff int8.tflite --input int8s.npy --on m4\n"
                              "  thimble diff int8.tflite --input int8s.npy --rounding litert",
                              setup};

}  // namespace thimble
