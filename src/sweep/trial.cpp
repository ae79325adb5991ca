#include "sweep/trial.h"

#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/subprocess.h"
#include "data/load.h"
#include "deploy/deploy.h"
#include "io/load.h"
#include "io/recipe.h"
#include "io/save.h"
#include "passes/pipeline.h"
#include "quant/calibrate.h"
#include "quant/trained.h"
#include "run/evaluate.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCalibrationSamples = 500;
constexpr std::chrono::hours kLongest{24 * 7};

Graph quantized(const Graph& model, const Dataset& train) {
  Graph graph = model;
  simplify(graph);
  return calibrate_and_quantize(graph, train.first(kCalibrationSamples), {Scheme::kInt8, false});
}

/// Of a trained model: with the scales that it was trained with, if it was trained for the chip.
Graph quantized(FileSystem& files, const fs::path& model, const Dataset& train) {
  const auto forms = load_integer_forms(files, model);
  Graph graph = load_graph(files, model);
  if (forms.empty()) return quantized(graph, train);
  simplify(graph);
  return quantize_as_trained(graph, forms, false);
}

/// The figures of an integer model on the sweep's board.
void measure_on_device(const SweepDevice& device, const Graph& graph, Trial& trial) {
  const TemporaryFolder folder;
  const Deployment deployment = deploy(graph, device.optimize, lower_options_for(*device.board), device.memory);
  const Measurement figures =
      measure(deployment, *device.board, device.optimize, made_up_inputs(graph, 1), 1, folder.path());
  trial.flash_bytes = figures.firmware.weights_bytes + figures.firmware.code_bytes;
  trial.ram_bytes = figures.firmware.ram_bytes + figures.run.stack_bytes;
  trial.instructions = figures.instructions;
}

std::string over_limits(const SweepDevice& device, const Trial& trial) {
  if (trial.flash_bytes > device.max_flash) return fmt::format("flash above {} B", device.max_flash);
  if (trial.ram_bytes > device.max_ram) return fmt::format("RAM above {} B", device.max_ram);
  if (trial.instructions > device.max_instructions)
    return fmt::format("above {} instructions", device.max_instructions);
  return {};
}

void train(const Sweep& sweep, const Job& job, const fs::path& folder, const fs::path& thimble) {
  std::vector<std::string> command = {thimble.string(), "train", sweep.recipe.string(), "-o", folder.string(),
                                      "--threads",      "1"};
  if (job.epochs > 0) command.insert(command.end(), {"--until", std::to_string(job.epochs)});
  if (job.rung > 0) command.emplace_back("--resume");  // from where the rung before has left it
  for (const RecipeOverride& change : sweep.configurations[job.configuration]) {
    command.insert(command.end(), {"--set", change.key + "=" + change.value});
  }
  ProcessOptions options;
  options.timeout = kLongest;
  options.hidden_variables = {"OMPI_", "PMIX_", "PRTE_"};
  const ProcessResult result = run_process(command, options);
  if (result.exit_code == 0) return;
  const std::string& err = result.err;
  if (result.signal != 0) input_error("training was ended by signal {}", result.signal);
  input_error("{}", err.substr(0, err.find('\n')));
}

void read_history(const fs::path& folder, Trial& trial) {
  const nlohmann::json history =
      nlohmann::json::parse(as_text(real_file_system().read(folder / "history.json")), nullptr, false);
  const auto last = [&](const char* name, double& value) {
    if (history.is_object() && history.contains(name) && !history[name].empty() && history[name].back().is_number()) {
      value = history[name].back().get<double>();
    }
  };
  last("val_loss", trial.val_loss);
  last("val_accuracy", trial.val_accuracy);
}

void try_out(const Sweep& sweep, const fs::path& folder, const fs::path& thimble, Trial& trial) {
  FileSystem& files = real_file_system();
  const Recipe recipe = read_recipe(files, sweep.recipe, sweep.configurations[trial.job.configuration]);
  DatasetSplits data = load_dataset(files, recipe.data);
  shape_data(recipe, data);
  if (data.test.size() == 0) data = validation_parts(recipe, data);
  const auto finish = [&](Trial::State state, std::string note) {
    trial.state = state;
    trial.note = std::move(note);
  };
  const bool measured = sweep.device.board != nullptr;
  if (measured) {
    const Model untrained = build_model(recipe, data.train);
    measure_on_device(sweep.device, quantized(untrained.graph, data.train), trial);
    const std::string limit = over_limits(sweep.device, trial);
    if (!limit.empty()) return finish(Trial::State::kOverLimits, limit);
  }
  train(sweep, trial.job, folder, thimble);
  read_history(folder, trial);
  const Graph graph = quantized(files, folder / "model.keras", data.train);
  save_graph(files, folder / "int8.tflite", graph);
  trial.quantized_accuracy = evaluate(prepare(graph), data.test).accuracy;
  if (measured) measure_on_device(sweep.device, graph, trial);
  finish(Trial::State::kDone, {});
}

}  // namespace

fs::path trial_folder(const fs::path& sweep, const Job& job) {
  return sweep / "trials" / fmt::format("{:04}", job.configuration);
}

std::string_view name_of(Trial::State state) {
  switch (state) {
    case Trial::State::kRunning:
      return "running";
    case Trial::State::kDone:
      return "done";
    case Trial::State::kOverLimits:
      return "over limits";
    case Trial::State::kFailed:
      return "failed";
  }
  return "";
}

Trial::State state_named(std::string_view name) {
  for (const Trial::State state : {Trial::State::kDone, Trial::State::kOverLimits, Trial::State::kFailed}) {
    if (name == name_of(state)) return state;
  }
  return Trial::State::kRunning;
}

nlohmann::ordered_json to_json(const Trial& trial) {
  return {{"trial", trial.job.configuration},
          {"rung", trial.job.rung},
          {"epochs", trial.job.epochs},
          {"state", name_of(trial.state)},
          {"note", trial.note},
          {"val_loss", trial.val_loss},
          {"val_accuracy", trial.val_accuracy},
          {"quantized_accuracy", trial.quantized_accuracy},
          {"flash_bytes", trial.flash_bytes},
          {"ram_bytes", trial.ram_bytes},
          {"instructions", trial.instructions},
          {"seconds", trial.seconds}};
}

Trial trial_from_json(const nlohmann::json& json) {
  const auto real = [&](const char* name) {
    return json.at(name).is_null() ? std::numeric_limits<double>::quiet_NaN() : json.at(name).get<double>();
  };
  Trial trial;
  trial.job = {json.at("trial").get<std::size_t>(), json.at("rung").get<int>(), json.at("epochs").get<int>()};
  trial.state = state_named(json.at("state").get<std::string>());
  trial.note = json.at("note").get<std::string>();
  trial.val_loss = real("val_loss");
  trial.val_accuracy = real("val_accuracy");
  trial.quantized_accuracy = real("quantized_accuracy");
  trial.flash_bytes = json.at("flash_bytes").get<std::uint64_t>();
  trial.ram_bytes = json.at("ram_bytes").get<std::uint64_t>();
  trial.instructions = json.at("instructions").get<std::uint64_t>();
  trial.seconds = real("seconds");
  return trial;
}

double score_of(const Trial& trial, SweepMetric metric) {
  if (trial.state != Trial::State::kDone) return std::numeric_limits<double>::quiet_NaN();
  switch (metric) {
    case SweepMetric::kQuantizedAccuracy:
      return trial.quantized_accuracy;
    case SweepMetric::kValAccuracy:
      return trial.val_accuracy;
    case SweepMetric::kValLoss:
      return -trial.val_loss;
  }
  return 0.0;
}

Trial run_trial(const Sweep& sweep, const Job& job, const fs::path& folder, const fs::path& thimble) {
  Trial trial;
  trial.job = job;
  const auto start = std::chrono::steady_clock::now();
  try {
    try_out(sweep, folder, thimble, trial);
  } catch (const std::exception& error) {
    trial.state = Trial::State::kFailed;
    trial.note = error.what();
  }
  trial.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return trial;
}

}  // namespace thimble
