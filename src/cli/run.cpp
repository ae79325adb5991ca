// thimble run: a model on given inputs, on the host or an emulated board.
#include "base/error.h"
#include "cli/command.h"
#include "deploy/deploy.h"
#include "io/arrays.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/batch.h"

namespace thimble {
namespace {

struct RunArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::string board;
  std::string rounding = "tflm";
  std::string optimize = "size";
};

/// The stacked outputs of `count` invocations, computed where the arguments say.
std::vector<Bytes> run_where_asked(const RunArguments& arguments, Graph graph, const std::vector<NpyArray>& arrays,
                                   std::size_t count) {
  const LowerOptions lower_options{arguments.rounding == "litert" ? Rounding::kLitert : Rounding::kTflm};
  simplify(graph);
  if (arguments.board.empty()) {
    std::vector<ByteSpan> inputs;
    for (const NpyArray& array : arrays) inputs.emplace_back(array.bytes);
    return run_stacked(prepare(std::move(graph), lower_options), inputs, count);
  }
  const Board& board = find_board(arguments.board);
  const Optimize optimize = parse_optimize(arguments.optimize);
  const Deployment deployment = deploy(std::move(graph), optimize, lower_options);
  const TemporaryFolder folder;
  std::vector<Bytes> inputs;
  for (const NpyArray& array : arrays) inputs.push_back(array.bytes);
  const Firmware firmware = build_firmware(board, deployment.package, {.optimize = optimize}, folder.path());
  return run_on_board(firmware, inputs, count, {.count_instructions = false}).outputs;
}

void run(const RunArguments& arguments) {
  FileSystem& files = real_file_system();
  Graph graph = load_graph(files, arguments.model);
  std::vector<NpyArray> arrays;
  for (const std::string& path : arguments.inputs) {
    arrays.push_back(with_context(path, [&] { return parse_npy(files.read(path)); }));
  }
  const std::size_t count = check_stacked_inputs(graph, arrays, arguments.inputs);
  require(arguments.outputs.size() <= graph.outputs.size(), "{} outputs are wanted, but {} has {}",
          arguments.outputs.size(), arguments.model, graph.outputs.size());
  const std::vector<Bytes> outputs =
      with_context(arguments.model, [&] { return run_where_asked(arguments, graph, arrays, count); });
  for (std::size_t i = 0; i < arguments.outputs.size(); ++i) {
    const Tensor& output = graph.tensor(graph.outputs[i]);
    files.write(arguments.outputs[i], write_npy(stacked_output(output, count, outputs[i])));
  }
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<RunArguments>();
  app.add_option("MODEL", arguments->model, "The model")->required();
  app.add_option(
         "--input,-i", arguments->inputs,
         "One .npy for each input of the model, in its order: a leading axis of invocations, then the input's shape")
      ->required();
  app.add_option("--output,-o", arguments->outputs, "Where to write each output, stacked in the same way");
  app.add_option("--on", arguments->board, "Run the compiled C on this emulated board instead: m0, m3, m4, ...");
  app.add_option("--rounding", arguments->rounding, "Whose rounding, where TFLM and LiteRT differ")
      ->check(CLI::IsMember({"tflm", "litert"}));
  add_optimize_option(app, arguments->optimize);
  return [arguments] { run(*arguments); };
}

}  // namespace

const Command kRunCommand = {"run", "Run a model on given inputs, on the host or an emulated board",
                             "  thimble run model.tflite --input images.npy --output scores.npy\n"
                             "  thimble run model.tflite --input images.npy --output scores.npy --on m4",
                             setup};

}  // namespace thimble
