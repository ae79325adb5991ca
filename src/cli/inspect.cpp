// thimble inspect: what a model consists of, and its memory over time, as text, JSON or a page.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/printable.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/model_picture.h"
#include "codegen/package.h"
#include "deploy/deploy.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "plan/segments.h"
#include "run/summary.h"

namespace thimble {
namespace {

struct InspectArguments {
  std::string model;
  std::string page;
  bool json = false;
  std::string target;
  std::string optimize = "size";
  FitArguments fit;
};

using Json = nlohmann::ordered_json;

Json quantization_json(float scale, int zero_point) {
  if (scale == 0.0F) return nullptr;
  return {{"scale", scale}, {"zero_point", zero_point}};
}

Json tensors_json(const Graph& graph, const std::vector<TensorId>& ids) {
  Json list = Json::array();
  for (const TensorId id : ids) {
    const Tensor& tensor = graph.tensor(id);
    list.push_back({{"name", tensor.name},
                    {"shape", tensor.shape},
                    {"type", name_of(tensor.type)},
                    {"quantization", quantization_json(tensor.scale(), tensor.zero_point())}});
  }
  return list;
}

const char* buffer_name(bool of_caller) { return of_caller ? "caller" : "arena"; }

/// Which tensors take which part of the arena, from which step to which; -1: before the first.
Json memory_json(const Graph& graph, const Plan& plan) {
  Json list = Json::array();
  for (const Allocation& allocation : plan.allocations) {
    Json names = Json::array();
    for (const TensorId id : allocation.tensors) names.push_back(graph.tensor(id).name);
    list.push_back({{"tensors", names},
                    {"offset", allocation.offset},
                    {"bytes", allocation.bytes},
                    {"first_step", allocation.first},
                    {"last_step", allocation.last}});
  }
  return list;
}

Json to_json(const std::string& model, const Executable& executable, const ModelSummary& summary) {
  const Graph& graph = executable.graph;
  Json layers = Json::array();
  for (const LayerSummary& layer : summary.layers) {
    layers.push_back({{"operator", layer.op},
                      {"name", layer.name},
                      {"shape", layer.shape},
                      {"type", name_of(layer.type)},
                      {"quantization", quantization_json(layer.scale, layer.zero_point)},
                      {"parameters", layer.parameters},
                      {"macs", layer.macs},
                      {"arena_bytes", layer.arena_bytes}});
  }
  Json steps = Json::array();  // the layer of each
  for (const Step& step : executable.program) steps.push_back(step.node);
  return {{"model", model},
          {"inputs", tensors_json(graph, graph.inputs)},
          {"outputs", tensors_json(graph, graph.outputs)},
          {"layers", layers},
          {"steps", steps},
          {"memory", memory_json(graph, executable.plan)},
          {"parameters", summary.parameters},
          {"macs", summary.macs},
          {"weights_bytes", summary.weights_bytes},
          {"arena_bytes", summary.arena_bytes},
          {"input_buffer", buffer_name(executable.plan.caller.inputs)},
          {"output_buffer", buffer_name(executable.plan.caller.outputs)},
          {"peak_layer", summary.peak_layer},
          {"peak", peak_text(executable.plan, graph, executable.program)}};
}

/// Where inputs or outputs are that take nothing of the arena.
std::string memory_note(CallerMemory caller) {
  return caller.any() ? fmt::format(" (without {}, which are in the caller's memory)", caller.names()) : "";
}

std::string scale_text(float scale, int zero_point) {
  return scale == 0.0F ? std::string("-") : fmt::format("{:.4g} ({:+d})", scale, zero_point);
}

/// Rows of text with aligned columns; those from `first_number` to `last_number` are aligned to the right.
class Columns {
 public:
  Columns(std::size_t first_number, std::size_t last_number) : first_(first_number), last_(last_number) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line = " ";
      for (std::size_t i = 0; i < row.size(); ++i) {
        const bool right = i >= first_ && i <= last_;
        line += right ? fmt::format(" {:>{}}", row[i], widths[i]) : fmt::format(" {:<{}}", row[i], widths[i]);
        if (i + 1 < row.size()) line += " ";
      }
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
  }

 private:
  std::size_t first_, last_;
  std::vector<std::vector<std::string>> rows_;
};

constexpr int kBarWidth = 16;

std::string layers_text(const ModelSummary& summary) {
  Columns table(5, 7);
  table.add({"operator", "name", "output", "type", "scale (zero)", "parameters", "MACs", "RAM", ""});
  for (std::size_t i = 0; i < summary.layers.size(); ++i) {
    const LayerSummary& layer = summary.layers[i];
    const double share =
        static_cast<double>(layer.arena_bytes) / static_cast<double>(std::max<std::size_t>(1, summary.arena_bytes));
    const char* peak = static_cast<int>(i) == summary.peak_layer ? " peak" : "";
    table.add({layer.op, short_name(layer.name), to_string(layer.shape), std::string(name_of(layer.type)),
               scale_text(layer.scale, layer.zero_point), std::to_string(layer.parameters), std::to_string(layer.macs),
               std::to_string(layer.arena_bytes), bar(share, kBarWidth) + peak});
  }
  return table.text();
}

std::string tensors_text(const Graph& graph, const char* role, const std::vector<TensorId>& ids) {
  std::string text;
  for (const TensorId id : ids) {
    const Tensor& tensor = graph.tensor(id);
    text +=
        fmt::format("  {:<7} {}: {} {}", role, printable(tensor.name), name_of(tensor.type), to_string(tensor.shape));
    if (tensor.quantization.present()) {
      text += fmt::format(", real = {:.6g} x (q - {})", tensor.scale(), tensor.zero_point());
    }
    text += "\n";
  }
  return text;
}

void print_text(const std::string& model, const Executable& executable, const ModelSummary& summary) {
  const Graph& graph = executable.graph;
  fmt::print("{}\n\n{}{}\n{}\n", model, tensors_text(graph, "input", graph.inputs),
             tensors_text(graph, "output", graph.outputs), layers_text(summary));
  fmt::print("  {} parameters in {} bytes; {} multiply-accumulates an inference; arena {} bytes{}", summary.parameters,
             summary.weights_bytes, summary.macs, summary.arena_bytes, memory_note(executable.plan.caller));
  fmt::print(", {}\n", peak_text(executable.plan, graph, executable.program));
}

void inspect(const InspectArguments& arguments) {
  require(!arguments.target.empty() || (arguments.optimize == "size" && !arguments.fit.about_memory()),
          "--optimize, --ram, --input-buffer and --output-buffer are for a target; name it with --target, such as "
          "--target cortex-m4");
  require(arguments.page.empty() || arguments.page.ends_with(".html"),
          "{}: the picture is a page; give a name that ends in .html", arguments.page);
  Graph graph = load_graph(real_file_system(), arguments.model);
  const auto executable = with_context(arguments.model, [&] {
    simplify(graph);
    if (arguments.target.empty()) return prepare(std::move(graph));
    const Optimize optimize = parse_optimize(arguments.optimize);
    const LowerOptions options{.features = find_target(arguments.target).features};
    return prepare_for_board(std::move(graph), optimize, options, arguments.fit.memory());
  });
  const ModelSummary summary = summarize(*executable);
  if (!arguments.page.empty()) {
    real_file_system().write(arguments.page, model_page(picture_of(arguments.model, *executable, summary)));
  }
  if (arguments.json) {
    fmt::print("{}\n", json_text(to_json(arguments.model, *executable, summary)));
  } else if (arguments.page.empty()) {
    print_text(arguments.model, *executable, summary);
  }
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<InspectArguments>();
  app.add_option("MODEL", arguments->model, "The model: .keras or .tflite")->required();
  app.add_option("-o,--output", arguments->page,
                 "Write it as a page, with a picture of the graph and its memory: .html");
  app.add_option("--target", arguments->target,
                 "Show what is compiled for this target, and its memory: cortex-m4, ... (thimble compile)");
  add_optimize_option(app, arguments->optimize);
  arguments->fit.add_memory_to(app);
  app.add_flag("--json", arguments->json, "Print it as JSON");
  return [arguments] { inspect(*arguments); };
}

}  // namespace

const Command kInspectCommand = {
    "inspect", "Show a model's layers, quantization, cost, and memory over time",
    "  thimble inspect int8.tflite\n"
    "  thimble inspect int8.tflite -o int8.html\n"
    "  thimble inspect int8.tflite --target cortex-m4 --optimize ram -o int8.html\n"
    "  thimble inspect int8.tflite --target cortex-m4 --input-buffer caller --output-buffer caller\n"
    "  thimble inspect model.keras --json",
    setup};

}  // namespace thimble
