// thimble eval: how well a model does on a data set, and what it costs on the host.
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "data/load.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/evaluate.h"
#include "run/host_time.h"
#include "run/samples.h"
#include "run/summary.h"

namespace thimble {
namespace {

struct EvalArguments {
  std::string model;
  DataArguments data;
  std::string output;
  int threads = 0;
  bool json = false;
};

/// All that the command finds out.
struct Findings {
  std::string format;
  std::size_t file_bytes = 0;
  ModelSummary summary;
  std::vector<std::string> outputs;     // their names
  std::vector<Evaluation> evaluations;  // of each output
  double host_us = 0.0;                 // an invocation on one thread: HostTime::median_us
};

/// What is timed on one thread.
constexpr std::size_t kTimedSamples = 100;
constexpr double kTimedSeconds = 0.02;

Findings examine(FileSystem& files, const EvalArguments& arguments) {
  Findings findings;
  findings.file_bytes = files.read(arguments.model).size();
  findings.format = std::filesystem::path(arguments.model).extension().string();
  if (!findings.format.empty()) findings.format.erase(0, 1);
  Graph graph = load_graph(files, arguments.model);
  const Dataset data = load_dataset(files, arguments.data.parsed(), Split::kTest, array_names(graph));
  with_context(arguments.model, [&] {
    simplify(graph);
    const auto executable = prepare(std::move(graph));
    findings.summary = summarize(*executable);
    findings.outputs = array_names(executable->graph).outputs;
    findings.evaluations = evaluate_outputs(executable, data, arguments.threads);
    const Dataset some = data.first(kTimedSamples);
    const std::vector<Bytes> inputs = samples_as_inputs(executable->graph, some);
    findings.host_us = time_on_host(executable, {inputs.begin(), inputs.end()}, some.size(), kTimedSeconds).median_us;
  });
  return findings;
}

/// What belongs to one output.
nlohmann::ordered_json to_json(const Evaluation& evaluation) {
  nlohmann::ordered_json misclassified = nlohmann::ordered_json::array();
  for (const Misclassified& sample : evaluation.misclassified) {
    misclassified.push_back(
        {{"index", sample.index}, {"label", sample.label}, {"predicted", sample.predicted}, {"score", sample.score}});
  }
  nlohmann::ordered_json metrics = nlohmann::ordered_json::object();
  for (const auto& [name, value] : evaluation.metrics) metrics[name] = value;
  nlohmann::ordered_json accuracy = nullptr;
  if (evaluation.has_accuracy) accuracy = evaluation.accuracy;
  return {{"loss", evaluation.loss},
          {"accuracy", accuracy},
          {"metrics", metrics},
          {"confusion", evaluation.confusion},
          {"misclassified", misclassified}};
}

/// One output's figures stand among the others; those of several stand in "outputs", by name.
nlohmann::ordered_json to_json(const EvalArguments& arguments, const Findings& findings) {
  const Evaluation& first = findings.evaluations[0];
  nlohmann::ordered_json own = to_json(first), outputs;
  nlohmann::ordered_json json = {{"model", arguments.model},
                                 {"format", findings.format},
                                 {"weights_type", name_of(findings.summary.weights_type)},
                                 {"data", arguments.data.data},
                                 {"file_bytes", findings.file_bytes}};
  const bool one = findings.evaluations.size() == 1;
  for (const char* name : {"loss", "accuracy", "metrics"}) {
    if (one) json[name] = own[name];
  }
  for (std::size_t k = 0; k < findings.evaluations.size() && !one; ++k) {
    outputs[findings.outputs[k]] = to_json(findings.evaluations[k]);
  }
  json["samples"] = first.samples;
  json["seconds"] = first.seconds;
  json["threads"] = first.threads;
  json["host_us_per_inference"] = findings.host_us;
  json["arena_bytes"] = findings.summary.arena_bytes;
  json["weights_bytes"] = findings.summary.weights_bytes;
  json["parameters"] = findings.summary.parameters;
  json["macs"] = findings.summary.macs;
  for (const char* name : {"confusion", "misclassified"}) {
    if (one) json[name] = own[name];
  }
  if (!one) json["outputs"] = outputs;
  return json;
}

/// Rows are labels, columns predictions; what is 0 stays blank, so that mistakes stand out.
std::string confusion_text(const std::vector<std::vector<std::int64_t>>& confusion) {
  std::string text = "  label";
  for (std::size_t predicted = 0; predicted < confusion.size(); ++predicted) text += fmt::format("{:>6}", predicted);
  text += "\n";
  for (std::size_t label = 0; label < confusion.size(); ++label) {
    std::string row = fmt::format("  {:>5}", label);
    for (const std::int64_t count : confusion[label]) row += count == 0 ? "     ·" : fmt::format("{:>6}", count);
    text += row + "\n";
  }
  return text;
}

/// More classes than this do not fit the width of a terminal.
constexpr std::size_t kMostClassesShown = 20;

void print_figures(const Evaluation& evaluation) {
  if (!evaluation.confusion.empty()) {
    fmt::print("  accuracy     {:.4f}    {} of {} samples\n", evaluation.accuracy,
               evaluation.samples - evaluation.misclassified.size(), evaluation.samples);
  } else if (evaluation.has_accuracy) {
    fmt::print("  accuracy     {:.4f}\n", evaluation.accuracy);
  }
  fmt::print("  loss         {:.4f}    mean {}\n", evaluation.loss, evaluation.loss_name);
  for (const auto& [name, value] : evaluation.metrics) {
    fmt::print("  {:<12} {:.4f}\n", name.starts_with("top_k") ? "best of 5" : name, value);
  }
}

void print_text(const EvalArguments& arguments, const Findings& findings) {
  const Evaluation& first = findings.evaluations[0];
  const bool one = findings.evaluations.size() == 1;
  fmt::print("{} on {}\n\n", arguments.model, arguments.data.data);
  for (std::size_t k = 0; k < findings.evaluations.size(); ++k) {
    if (!one) fmt::print("{}\n", findings.outputs[k]);
    print_figures(findings.evaluations[k]);
    if (!one) fmt::print("\n");
  }
  fmt::print("  time         {:.2f} s    on {} thread{}; {:.1f} us an inference on one\n", first.seconds, first.threads,
             first.threads == 1 ? "" : "s", findings.host_us);
  fmt::print("  parameters   {}, {} multiply-accumulates an inference\n", findings.summary.parameters,
             findings.summary.macs);
  fmt::print("  bytes        {} of file, {} of constants, {} of arena\n", findings.file_bytes,
             findings.summary.weights_bytes, findings.summary.arena_bytes);
  if (!one || first.confusion.empty() || first.confusion.size() > kMostClassesShown) return;
  fmt::print("\n  predicted\n{}", confusion_text(first.confusion));
}

void eval(const EvalArguments& arguments) {
  FileSystem& files = real_file_system();
  const Findings findings = examine(files, arguments);
  const std::string json = json_text(to_json(arguments, findings));
  if (!arguments.output.empty()) files.write(arguments.output, json);
  if (arguments.json) {
    fmt::print("{}", json);
  } else {
    print_text(arguments, findings);
  }
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<EvalArguments>();
  app.add_option("MODEL", arguments->model, "The model: .keras or .tflite")->required();
  arguments->data.add_to(app, "--data", "DATA[:test|:train|:N]: the data set; its test samples if not said")
      ->required();
  app.add_option("-o,--output", arguments->output, "Also write the figures to this file, as JSON");
  app.add_option("--threads", arguments->threads, "How many threads; 0: one a core")->check(CLI::Range(0, 1024));
  app.add_flag("--json", arguments->json, "Print the figures as JSON");
  return [arguments] { eval(*arguments); };
}

}  // namespace

const Command kEvalCommand = {"eval", "Evaluate a model on a data set",
                              "  thimble eval model.tflite --data data/mnist\n"
                              "  thimble eval int8.tflite --data mnist.npz:test --json",
                              setup};

}  // namespace thimble
