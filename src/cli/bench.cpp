// thimble bench: builds firmware of a model for emulated boards, runs it, checks the bits, and measures; or times the
// model on this machine.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "board/cycles.h"
#include "cli/bench_table.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "codegen/model_h.h"
#include "data/load.h"
#include "deploy/deploy.h"
#include "deploy/layer_costs.h"
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
  DataArguments data;
  std::string optimize = "size";
  std::string other;  // --vs
  std::string keep;
  std::string front_end;
  bool layers = false;
  bool json = false;
  FitArguments fit;
};

constexpr std::size_t kMadeUpInvocations = 3;
constexpr std::string_view kHost = "host";
constexpr double kHostSeconds = 0.5;

/// What the chips with the board's core take for an invocation.
nlohmann::ordered_json chips_json(const Board& board, const BoardRun& run) {
  nlohmann::ordered_json chips = nlohmann::ordered_json::array();
  for (const ChipTime& time : estimate_times(board, run)) {
    chips.push_back({{"chip", time.chip->name},
                     {"title", time.chip->title},
                     {"cycles", std::llround(time.cycles)},
                     {"microseconds", time.microseconds},
                     {"exact", board.avr}});
  }
  return chips;
}

nlohmann::ordered_json layers_json(const LayerCosts& costs) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const LayerCost& layer : costs.layers) {
    layers.push_back({{"op", layer.op},
                      {"name", layer.name},
                      {"shape", layer.shape},
                      {"macs", layer.macs},
                      {"instructions", layer.instructions},
                      {"weights_bytes", layer.weights_bytes},
                      {"code_bytes", layer.code_bytes},
                      {"kernels", layer.kernels}});
  }
  return layers;
}

/// What several of `by_layer` need: "layers" are their places in it.
nlohmann::ordered_json shared_code_json(const LayerCosts& costs) {
  nlohmann::ordered_json shares = nlohmann::ordered_json::array();
  for (const SharedFunctions& share : costs.shared_code) {
    shares.push_back({{"layers", share.layers}, {"code_bytes", share.bytes}, {"names", share.names}});
  }
  return shares;
}

nlohmann::ordered_json to_json(const BenchArguments& arguments, const Board& board, const Graph& graph,
                               const Measurement& measurement) {
  nlohmann::ordered_json functions = nlohmann::ordered_json::object();
  for (const FunctionCount& function : measurement.run.functions) {
    functions[function.name] = function.instructions / std::max<std::size_t>(1, measurement.invocations);
  }
  const Firmware& firmware = measurement.firmware;
  const auto bound = firmware.stack_bound;
  const std::optional<std::size_t> ram = arguments.fit.memory().ram;
  return {{"model", arguments.model},
          {"board", board.name},
          {"title", board.title},
          {"optimize", arguments.optimize},
          {"weights", arguments.fit.weights},
          {"output", arguments.fit.output},
          {"ram_limit", ram ? nlohmann::ordered_json(*ram) : nlohmann::ordered_json()},
          {"instructions", measurement.instructions},
          {"weights_bytes", firmware.weights_bytes},
          {"code_bytes", firmware.code_bytes},
          {"board_bytes", firmware.board_bytes},
          {"firmware_bytes", firmware.flash_bytes},
          {"ram_bytes", firmware.ram_bytes},
          {"input_buffer", arguments.fit.input},
          {"input_bytes", total_bytes(graph, graph.inputs)},
          {"output_buffer", arguments.fit.output_buffer},
          {"output_bytes", total_bytes(graph, graph.outputs)},
          {"board_ram_bytes", firmware.board_ram_bytes},
          {"stack_bytes", measurement.run.stack_bytes},
          {"stack_bound_bytes", bound ? nlohmann::ordered_json(*bound) : nlohmann::ordered_json()},
          {"invocations", measurement.invocations},
          {"bits_equal", measurement.bits_equal},
          {"largest_error", measurement.largest_error},
          {"chips", chips_json(board, measurement.run)},
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
          {"input_buffer", "arena"},
          {"input_bytes", total_bytes(graph, graph.inputs)},
          {"output_buffer", "arena"},
          {"output_bytes", total_bytes(graph, graph.outputs)},
          {"invocations", time.invocations}};
}

void print_host(const nlohmann::ordered_json& row) {
  fmt::print("host: {:.2f} us an invocation on one thread, {:.2f} at best ({} invocations)\n",
             row["microseconds"].get<double>(), row["best_microseconds"].get<double>(),
             row["invocations"].get<std::uint64_t>());
}

/// The inputs of all invocations, and how many they are: of the data set, or made up.
std::pair<std::vector<Bytes>, std::size_t> inputs_for(FileSystem& files, const Graph& graph,
                                                      const BenchArguments& arguments) {
  if (!arguments.data.given()) return {made_up_inputs(graph, kMadeUpInvocations), kMadeUpInvocations};
  const Dataset data = load_dataset(files, arguments.data.parsed(), Split::kTest, input_array_names(graph));
  return {samples_as_inputs(graph, data), data.size()};
}

/// Of each board; builds in `arguments.keep`, if given.
nlohmann::ordered_json measure_boards(const BenchArguments& arguments, const std::vector<const Board*>& boards,
                                      const Graph& graph, const std::vector<Bytes>& inputs, std::size_t invocations) {
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const Optimize optimize = parse_optimize(arguments.optimize);
  for (const Board* board : boards) {
    const LowerOptions lower_options = arguments.fit.apply_to(lower_options_for(*board));
    const Deployment deployment = deploy(graph, optimize, lower_options, arguments.fit.memory());
    const TemporaryFolder temporary;
    const std::filesystem::path folder =
        arguments.keep.empty() ? temporary.path() : std::filesystem::path(arguments.keep) / std::string(board->name);
    std::filesystem::create_directories(folder);
    const Measurement measurement = measure(deployment, *board, optimize, inputs, invocations, folder);
    results.push_back(to_json(arguments, *board, graph, measurement));
    if (arguments.layers) {
      const LayerCosts costs =
          measure_layers(graph, *board, optimize, lower_options, arguments.fit.memory(), inputs, measurement.firmware);
      results.back()["by_layer"] = layers_json(costs);
      results.back()["between_layers"] = costs.between;
      results.back()["shared_code"] = shared_code_json(costs);
      results.back()["other_code_bytes"] = costs.other_code_bytes;
    }
    if (!arguments.keep.empty()) results.back()["debug_command"] = gdb_command(*board, measurement.firmware.elf);
  }
  return results;
}

/// The rows of one model with one setting: of the host, if asked for, then of the boards.
nlohmann::ordered_json measure_all(const BenchArguments& arguments) {
  std::vector<const Board*> boards;
  const bool for_boards = arguments.fit.about_memory() || arguments.fit.weights != "plain" || arguments.layers;
  require(
      std::ranges::any_of(arguments.boards, [](const std::string& name) { return name != kHost; }) || !for_boards,
      "--ram, --input-buffer, --output-buffer, --weights and --layers are for boards; name one with --on, such as m4");
  for (const std::string& name : arguments.boards) {
    require(name != kHost || !arguments.fit.caller().any(),
            "--input-buffer and --output-buffer are for boards; leave host out of --on");
    if (name != kHost) boards.push_back(&find_board(name));
  }
  FileSystem& files = real_file_system();
  Graph graph = load_graph(files, arguments.model);
  apply_front_end(files, arguments.front_end, graph);
  const auto [inputs, invocations] = inputs_for(files, graph, arguments);
  nlohmann::ordered_json rows;
  with_context(arguments.model, [&, &inputs = inputs, &invocations = invocations] {
    simplify(graph);
    arguments.fit.apply_to(graph);
    rows = measure_boards(arguments, boards, graph, inputs, invocations);
    if (boards.size() < arguments.boards.size())
      rows.insert(rows.begin(), measure_host(arguments.model, graph, inputs, invocations));
  });
  return rows;
}

/// An option whose value --vs may change, by its name, or by the value alone where that tells which option it is.
struct Setting {
  std::string_view name;
  std::string& value;
  std::vector<std::string_view> choices;
};

/// Changes the options that `text` names; false: it is no list of settings.
bool change_settings(BenchArguments& arguments, std::string_view text) {
  FitArguments& fit = arguments.fit;
  const Setting settings[] = {{"optimize", arguments.optimize, {"size", "speed", "ram"}},
                              {"weights", fit.weights, {"plain", "packed"}},
                              {"output", fit.output, {"scores", "class"}},
                              {"input-buffer", fit.input, {"arena", "caller"}},
                              {"output-buffer", fit.output_buffer, {"arena", "caller"}},
                              {"ram", fit.ram, {}}};
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    const std::size_t sign = part.find('=');
    const std::string_view value = sign == part.npos ? part : part.substr(sign + 1);
    const auto setting = std::ranges::find_if(settings, [&](const Setting& one) {
      return sign == part.npos ? std::ranges::count(one.choices, value) > 0 : one.name == part.substr(0, sign);
    });
    if (setting == std::end(settings)) {
      require(sign == part.npos || real_file_system().is_file(std::string(text)),
              "--vs {}: '{}' is no setting; there are optimize, weights, output, input-buffer, output-buffer and ram",
              text, part.substr(0, sign));
      return false;
    }
    require(setting->choices.empty() || std::ranges::count(setting->choices, value) > 0, "--vs {}: {} is {}", part,
            setting->name, fmt::join(setting->choices, " or "));
    setting->value = value;
    begin = end + 1;
  }
  return true;
}

/// What --vs names: other settings, or another model.
BenchArguments other_side(BenchArguments arguments) {
  if (!arguments.other.empty() && !change_settings(arguments, arguments.other)) arguments.model = arguments.other;
  if (!arguments.keep.empty()) arguments.keep += "/vs";
  return arguments;
}

void print(const nlohmann::ordered_json& rows) {
  nlohmann::ordered_json of_boards = nlohmann::ordered_json::array();
  for (const auto& row : rows) {
    if (row.at("board") == kHost) {
      print_host(row);
    } else {
      of_boards.push_back(row);
    }
  }
  if (!of_boards.empty()) fmt::print("{}", bench_table(of_boards));
  for (const auto& row : of_boards) {
    if (row.contains("by_layer")) fmt::print("\n{}", layer_table(row));
  }
}

void bench(const BenchArguments& arguments) {
  const BenchArguments other = other_side(arguments);
  nlohmann::ordered_json rows = measure_all(arguments);
  nlohmann::ordered_json others = nlohmann::ordered_json::array();
  if (!arguments.other.empty()) others = measure_all(other);
  if (arguments.json) {
    for (const auto& row : others) rows.push_back(row);
    fmt::print("{}\n", json_text(rows));
    return;
  }
  if (others.empty()) return print(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) fmt::print("\n");
    fmt::print("{}", bench_comparison(rows[i], others[i]));
  }
  for (const nlohmann::ordered_json* side : {&rows, &others}) {
    for (const auto& row : *side) {
      if (row.contains("by_layer")) fmt::print("\n{}", layer_table(row));
    }
  }
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<BenchArguments>();
  app.add_option("MODEL", arguments->model, "The model")->required();
  app.add_option(
         "--on", arguments->boards,
         "host (this machine), or emulated boards, separated by commas: m0, m3, m4, m7, m55, rv32, avr, atmega328p")
      ->required()
      ->delimiter(',');
  arguments->data.add_to(app, "--data", "DATA[:test|:train|:N]: run these samples instead of made-up inputs");
  add_optimize_option(app, arguments->optimize);
  arguments->fit.add_to(app);
  add_front_end_option(app, arguments->front_end);
  app.add_option(
      "--vs", arguments->other,
      "Measure another model, too, or other settings, and compare: a value of --optimize (size, speed, ram), "
      "--weights (plain, packed), --output (scores, class), --input-buffer (arena, caller), or NAME=VALUE of "
      "one of these or of output-buffer or ram; several with commas between them");
  app.add_flag("--layers", arguments->layers, "Instructions, weights and code of each layer, too");
  app.add_option("--keep", arguments->keep, "Keep the firmware, below this folder, and say how to debug it");
  app.add_flag("--json", arguments->json, "Print the figures as JSON");
  return [arguments] { bench(*arguments); };
}

}  // namespace

const Command kBenchCommand = {"bench", "Measure a model on emulated boards, or on this machine",
                               "  thimble bench int8.tflite --on m4,m0\n"
                               "  thimble bench int8.tflite --on m4 --data data/mnist:200 --optimize speed --json\n"
                               "  thimble bench int8.tflite --on m4 --optimize speed --ram 8k --output class\n"
                               "  thimble bench int8.tflite --on m4 --optimize speed --vs ram\n"
                               "  thimble bench int8.tflite --on m4 --optimize speed --vs ram=4k,output-buffer=caller\n"
                               "  thimble bench int8.tflite --on m4 --optimize speed --layers\n"
                               "  thimble bench int8.tflite --on host",
                               setup};

}  // namespace thimble
