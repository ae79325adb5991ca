// thimble bench: builds firmware of a model for emulated boards, runs it, checks the bits, and measures; or times the
// model on this machine.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "data/load.h"
#include "deploy/deploy.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/host_time.h"
#include "run/samples.h"
#include "run/summary.h"

namespace thimble {
namespace {

struct BenchArguments {
  std::string model;
  std::vector<std::string> boards;
  std::string data;
  std::string optimize = "size";
  std::string keep;
  std::string front_end;
  bool json = false;
  FitArguments fit;
};

constexpr std::size_t kMadeUpInvocations = 3;
constexpr std::string_view kHost = "host";
constexpr double kHostSeconds = 0.5;

nlohmann::ordered_json to_json(const std::string& model, const Board& board, const std::string& optimize,
                               const Measurement& measurement) {
  nlohmann::ordered_json functions = nlohmann::ordered_json::object();
  for (const FunctionCount& function : measurement.run.functions) {
    functions[function.name] = function.instructions / std::max<std::size_t>(1, measurement.invocations);
  }
  const Firmware& firmware = measurement.firmware;
  return {{"model", model},
          {"board", board.name},
          {"title", board.title},
          {"optimize", optimize},
          {"instructions", measurement.instructions},
          {"weights_bytes", firmware.weights_bytes},
          {"code_bytes", firmware.code_bytes},
          {"board_bytes", firmware.board_bytes},
          {"firmware_bytes", firmware.flash_bytes},
          {"ram_bytes", firmware.ram_bytes},
          {"board_ram_bytes", firmware.board_ram_bytes},
          {"stack_bytes", measurement.run.stack_bytes},
          {"invocations", measurement.invocations},
          {"bits_equal", measurement.bits_equal},
          {"largest_error", measurement.largest_error},
          {"by_function", functions}};
}

nlohmann::ordered_json measure_host(const std::string& model, const Graph& graph, const std::vector<Bytes>& inputs,
                                    std::size_t invocations) {
  const auto executable = prepare(graph);
  const HostTime time = time_on_host(executable, {inputs.begin(), inputs.end()}, invocations, kHostSeconds);
  const ModelSummary summary = summarize(*executable);
  return {{"model", model},
          {"board", kHost},
          {"title", "this machine, one thread"},
          {"microseconds", time.median_us},
          {"best_microseconds", time.best_us},
          {"weights_bytes", summary.weights_bytes},
          {"ram_bytes", summary.arena_bytes},
          {"invocations", time.invocations}};
}

void print_host(const nlohmann::ordered_json& row) {
  fmt::print("host: {:.2f} us an invocation on one thread, {:.2f} at best ({} invocations)\n",
             row["microseconds"].get<double>(), row["best_microseconds"].get<double>(),
             row["invocations"].get<std::uint64_t>());
}

void print_table(const nlohmann::ordered_json& results) {
  fmt::print("{:<8} {:<9} {:>14} {:>9} {:>8} {:>8} {:>7}  {}\n", "board", "optimize", "instructions", "weights", "code",
             "RAM", "stack", "outputs");
  for (const auto& row : results) {
    const float error = row["largest_error"].get<float>();
    const std::string verdict = row["bits_equal"].get<bool>()    ? "equal the host's, bit for bit"
                                : error > 0.0f && error <= 1e-5f ? fmt::format("within {:.1g} of the host's", error)
                                                                 : std::string("DIFFER from the host's");
    fmt::print("{:<8} {:<9} {:>14} {:>9} {:>8} {:>8} {:>7}  {} ({} invocations)\n", row["board"].get<std::string>(),
               row["optimize"].get<std::string>(), row["instructions"].get<std::uint64_t>(),
               row["weights_bytes"].get<std::uint64_t>(), row["code_bytes"].get<std::uint64_t>(),
               row["ram_bytes"].get<std::uint64_t>(), row["stack_bytes"].get<std::uint64_t>(), verdict,
               row["invocations"].get<std::uint64_t>());
  }
}

/// The inputs of all invocations, and how many they are: of the data set, or made up.
std::pair<std::vector<Bytes>, std::size_t> inputs_for(FileSystem& files, const Graph& graph,
                                                      const BenchArguments& arguments) {
  if (arguments.data.empty()) return {made_up_inputs(graph, kMadeUpInvocations), kMadeUpInvocations};
  const Dataset data = load_dataset(files, parse_data_argument(arguments.data), Split::kTest);
  return {{samples_as_input(graph, data)}, data.size()};
}

/// Of each board; builds in `arguments.keep`, if given.
nlohmann::ordered_json measure_boards(const BenchArguments& arguments, const std::vector<const Board*>& boards,
                                      const Graph& graph, const std::vector<Bytes>& inputs, std::size_t invocations) {
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const Optimize optimize = parse_optimize(arguments.optimize);
  for (const Board* board : boards) {
    const Deployment deployment =
        deploy(graph, optimize, lower_options_for(*board, optimize), arguments.fit.ram_bytes());
    const TemporaryFolder temporary;
    const std::filesystem::path folder =
        arguments.keep.empty() ? temporary.path() : std::filesystem::path(arguments.keep) / std::string(board->name);
    std::filesystem::create_directories(folder);
    const Measurement measurement = measure(deployment, *board, optimize, inputs, invocations, folder);
    results.push_back(to_json(arguments.model, *board, arguments.optimize, measurement));
    if (!arguments.keep.empty()) results.back()["debug_command"] = gdb_command(*board, measurement.firmware.elf);
  }
  return results;
}

void bench(const BenchArguments& arguments) {
  FileSystem& files = real_file_system();
  nlohmann::ordered_json host;
  std::vector<const Board*> boards;
  for (const std::string& name : arguments.boards) {
    if (name != kHost) boards.push_back(&find_board(name));
  }
  const bool on_host = boards.size() < arguments.boards.size();
  Graph graph = load_graph(files, arguments.model);
  apply_front_end(files, arguments.front_end, graph);
  const auto [inputs, invocations] = inputs_for(files, graph, arguments);
  nlohmann::ordered_json results;
  with_context(arguments.model, [&, &inputs = inputs, &invocations = invocations] {
    simplify(graph);
    arguments.fit.apply_to(graph);
    if (on_host) host = measure_host(arguments.model, graph, inputs, invocations);
    results = measure_boards(arguments, boards, graph, inputs, invocations);
  });
  if (arguments.json) {
    if (on_host) results.insert(results.begin(), host);
    fmt::print("{}\n", json_text(results));
    return;
  }
  if (on_host) print_host(host);
  if (!results.empty()) print_table(results);
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<BenchArguments>();
  app.add_option("MODEL", arguments->model, "The model")->required();
  app.add_option("--on", arguments->boards,
                 "host (this machine), or emulated boards, separated by commas: m0, m3, m4, ...")
      ->required()
      ->delimiter(',');
  app.add_option("--data", arguments->data, "DATA[:test|:train|:N]: run these samples instead of made-up inputs");
  add_optimize_option(app, arguments->optimize);
  arguments->fit.add_to(app);
  add_front_end_option(app, arguments->front_end);
  app.add_option("--keep", arguments->keep, "Keep the firmware, below this folder, and say how to debug it");
  app.add_flag("--json", arguments->json, "Print the figures as JSON");
  return [arguments] { bench(*arguments); };
}

}  // namespace

const Command kBenchCommand = {"bench", "Measure a model on emulated boards, or on this machine",
                               "  thimble bench int8.tflite --on m4,m0\n"
                               "  thimble bench int8.tflite --on m4 --data data/mnist:200 --optimize speed --json\n"
                               "  thimble bench int8.tflite --on m4 --optimize speed --ram 8k --output class\n"
                               "  thimble bench int8.tflite --on host",
                               setup};

}  // namespace thimble
