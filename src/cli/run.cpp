// thimble run: a model on given inputs, on the host or an emulated board.
#include "base/error.h"
#include "cli/command.h"
#include "data/load.h"
#include "deploy/deploy.h"
#include "io/arrays.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/batch.h"
#include "run/samples.h"

namespace thimble {
namespace {

struct RunArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  DataArguments sample;
  std::size_t index = 0;
  std::string board;
  std::string front_end;
  std::string rounding = "tflm";
  std::string optimize = "size";
  FitArguments fit;
};

/// The stacked outputs of `count` invocations of a simplified graph, computed where the arguments say.
std::vector<Bytes> run_where_asked(const RunArguments& arguments, Graph graph, const std::vector<NpyArray>& arrays,
                                   std::size_t count) {
  const Rounding rounding = arguments.rounding == "litert" ? Rounding::kLitert : Rounding::kTflm;
  if (arguments.board.empty()) {
    std::vector<ByteSpan> inputs;
    for (const NpyArray& array : arrays) inputs.emplace_back(array.bytes);
    return run_stacked(prepare(std::move(graph), {.rounding = rounding}), inputs, count);
  }
  const Board& board = find_board(arguments.board);
  const Optimize optimize = parse_optimize(arguments.optimize);
  const Deployment deployment =
      deploy(std::move(graph), optimize, lower_options_for(board, rounding), arguments.fit.memory());
  const TemporaryFolder folder;
  std::vector<Bytes> inputs;
  for (const NpyArray& array : arrays) inputs.push_back(array.bytes);
  const Firmware firmware = build_firmware(board, deployment.package, {.optimize = optimize}, folder.path());
  return run_on_board(firmware, inputs, count, {.count_instructions = false}).outputs;
}

/// Lets the board show one sample of a data set, as it would on a desk: what it prints over its serial port.
void show_sample(FileSystem& files, const RunArguments& arguments) {
  require(!arguments.board.empty(), "--sample is shown by a board; name one with --on, such as --on m4");
  const Board& board = find_board(arguments.board);
  Graph graph = load_graph(files, arguments.model);
  const Dataset data = load_dataset(files, arguments.sample.parsed(), Split::kTest);
  require(arguments.index < data.size(), "--index {}: {} has {} samples", arguments.index, arguments.sample.data,
          data.size());
  const std::string console = with_context(arguments.model, [&] {
    simplify(graph);
    const Optimize optimize = parse_optimize(arguments.optimize);
    Bytes input = samples_as_input(graph, data.part(arguments.index, 1));
    const Deployment deployment = deploy(std::move(graph), optimize, lower_options_for(board), arguments.fit.memory());
    const TemporaryFolder folder;
    const FirmwareOptions options{.app = App::kDemo, .optimize = optimize, .demo_input = std::move(input)};
    return run_demo(build_firmware(board, deployment.package, options, folder.path()));
  });
  fmt::print("{}label: {}\n", console, data.labels[arguments.index]);
}

void run(const RunArguments& arguments) {
  FileSystem& files = real_file_system();
  if (arguments.sample.given()) return show_sample(files, arguments);
  require(!arguments.board.empty() || !arguments.fit.about_memory(),
          "--ram, --input-buffer and --output-buffer are for a board; name one with --on, such as --on m4");
  require(!arguments.inputs.empty(), "nothing to run on; give --input FILE.npy, or --sample DATA with --on BOARD");
  Graph graph = load_graph(files, arguments.model);
  apply_front_end(files, arguments.front_end, graph);
  std::vector<NpyArray> arrays;
  for (const std::string& path : arguments.inputs) {
    arrays.push_back(with_context(path, [&] { return parse_npy(files.read(path)); }));
  }
  const std::size_t count = with_context(arguments.model, [&] {
    simplify(graph);
    return check_stacked_inputs(graph, arrays, arguments.inputs);
  });
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
      "One .npy for each input of the model, in its order: a leading axis of invocations, then the input's shape");
  app.add_option("--output,-o", arguments->outputs, "Where to write each output, stacked in the same way");
  arguments->sample.add_to(app, "--sample", "DATA[:test|:train]: let the board show one sample of a data set instead");
  app.add_option("--index", arguments->index, "Which sample, from 0");
  app.add_option("--on", arguments->board, "Run the compiled C on this emulated board instead: m0, m3, m4, ...");
  app.add_option("--rounding", arguments->rounding, "Whose rounding, where TFLM and LiteRT differ")
      ->check(CLI::IsMember({"tflm", "litert"}));
  add_optimize_option(app, arguments->optimize);
  arguments->fit.add_memory_to(app, "--input-buffer");
  add_front_end_option(app, arguments->front_end);
  return [arguments] { run(*arguments); };
}

}  // namespace

const Command kRunCommand = {"run", "Run a model on given inputs, on the host or an emulated board",
                             "  thimble run model.tflite --input images.npy --output scores.npy\n"
                             "  thimble run model.tflite --input images.npy --output scores.npy --on m4\n"
                             "  thimble run model.tflite --input images.npy --output scores.npy --on m4 --ram 8k\n"
                             "  thimble run int8.tflite --sample data/mnist --index 7 --on m0",
                             setup};

}  // namespace thimble
