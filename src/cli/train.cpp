// thimble train: a recipe -> a trained model and the history of its training.
#include "train/train.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/command.h"
#include "cli/train_data.h"
#include "cli/train_session.h"
#include "data/load.h"
#include "data/splits.h"
#include "io/keras.h"
#include "io/recipe.h"
#include "io/tflite.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

struct TrainArguments {
  std::string recipe;
  std::string folder = "out";
  std::vector<std::string> overrides;
  std::optional<std::uint64_t> seed;
  std::optional<int> epochs;
  int until = 0;
  int threads = 0;
  bool resume = false;
  double checkpoint_seconds = 10.0;
  int checkpoint_steps = 0;
};

CheckpointOptions checkpoints_of(const TrainArguments& arguments) {
  return {arguments.folder, arguments.resume, arguments.checkpoint_seconds, arguments.checkpoint_steps};
}

/// The metrics of several results, as a list, with mean and standard deviation.
std::string folds_json(const std::vector<LossAndAccuracy>& results) {
  std::map<std::string, std::vector<double>> columns;
  for (const LossAndAccuracy& result : results) {
    columns["loss"].push_back(result.loss);
    if (!std::isnan(result.accuracy)) columns["accuracy"].push_back(result.accuracy);
    for (const auto& [name, value] : result.metrics) columns[name].push_back(value);
  }
  nlohmann::ordered_json json;
  for (const auto& [name, values] : columns) {
    const auto count = static_cast<double>(values.size());
    double mean = 0.0, square = 0.0;
    for (const double value : values) mean += value / count;
    for (const double value : values) square += (value - mean) * (value - mean);
    json[name] = {{"mean", mean}, {"std", std::sqrt(square / (count - 1.0))}, {"folds", values}};
  }
  return json.dump(2) + "\n";
}

void print_result(const LossAndAccuracy& result) {
  fmt::print("Test loss: {:.4f}\n", result.loss);
  if (!std::isnan(result.accuracy)) fmt::print("Test accuracy: {:.4f}\n", result.accuracy);
  for (const auto& [name, value] : result.metrics) fmt::print("Test {}: {:.4f}\n", name, value);
}

/// One model after the other, each validated on another part of the training samples.
void train_folds(FileSystem& files, const TrainArguments& arguments, const Recipe& recipe, const Dataset& train,
                 TrainOptions options) {
  std::vector<LossAndAccuracy> results;
  for (int fold = 0; fold < recipe.folds; ++fold) {
    terminal_progress().line(fmt::format("Fold {}/{}", fold + 1, recipe.folds));
    const DatasetSplits parts = fold_of(train, recipe.folds, fold, recipe.seed);
    with_context(recipe.path.string(), [&] { weigh_classes(recipe, parts.train, options); });
    ask_teacher(files, recipe, parts.train, options);
    Model model = build_model(recipe, train);
    CheckpointOptions checkpoints = checkpoints_of(arguments);
    checkpoints.folder /= fmt::format("fold-{}", fold + 1);
    const TrainResult result =
        run_session(files, recipe, model, parts.train, parts.test, options, checkpoints, terminal_progress());
    const Bytes keras = write_keras(model);
    files.write_all(checkpoints.folder, {{"model.keras", std::string(keras.begin(), keras.end())},
                                         {"history.json", history_json(result.epochs)}});
    results.push_back(result.test);
  }
  const std::string json = folds_json(results);
  files.write(fs::path(arguments.folder) / "folds.json", json);
  fmt::print("{}Wrote {}/folds.json, and a model in each fold's folder\n", json, arguments.folder);
}

void train(const TrainArguments& arguments) {
  FileSystem& files = real_file_system();
  Ranks* const ranks = started_ranks();
  const bool first_rank = ranks == nullptr || ranks->rank() == 0;
  Progress& progress = first_rank ? terminal_progress() : no_progress();
  std::vector<RecipeOverride> overrides;
  for (const std::string& text : arguments.overrides) overrides.push_back(parse_override(text));
  if (arguments.seed) overrides.push_back(parse_override(fmt::format("train.seed={}", *arguments.seed)));
  Recipe recipe = read_recipe(files, arguments.recipe, overrides);
  if (arguments.epochs) recipe.epochs = *arguments.epochs;
  DatasetSplits data = load_dataset(files, recipe.data);
  shape_data(recipe, data);
  if (data.train.target_size == 0) require_all_classes(data.train);
  TrainOptions options = options_of(recipe);
  options.threads = arguments.threads;
  options.until = arguments.until;
  options.ranks = ranks;
  require(ranks == nullptr || recipe.folds == 0, "{}: folds are trained by one process each, not by ranks",
          recipe.path.string());
  files.require_writable(arguments.folder);
  if (recipe.folds > 0) return train_folds(files, arguments, recipe, data.train, options);
  const DatasetSplits parts = validation_parts(recipe, data);
  with_context(recipe.path.string(), [&] { weigh_classes(recipe, parts.train, options); });
  ask_teacher(files, recipe, parts.train, options);
  Model model = build_model(recipe, data.train);
  const TrainResult result =
      run_session(files, recipe, model, parts.train, parts.test, options, checkpoints_of(arguments), progress);
  const bool held_out = recipe.validation_split > 0.0f && data.test.size() > 0;
  const LossAndAccuracy tested = held_out ? Trainer(model, options).evaluate_as_it_is(data.test) : result.test;
  if (!first_rank) return;
  options.ranks = nullptr;
  FileSet written;
  std::vector<EpochResult> history = result.epochs;
  if (recipe.compression.epochs > 0) {
    const CompressResult compressed = run_compression(files, recipe, model, parts.train, parts.test, options,
                                                      checkpoints_of(arguments), terminal_progress());
    const Bytes tflite = write_tflite(compressed.integer_model);
    written["model.tflite"] = std::string(tflite.begin(), tflite.end());
    history.insert(history.end(), compressed.epochs.begin(), compressed.epochs.end());
  }
  const Bytes keras = write_keras(model);
  written["model.keras"] = std::string(keras.begin(), keras.end());
  written["history.json"] = history_json(history);
  files.write_all(arguments.folder, written);
  if (recipe.compression.epochs > 0) {
    print_result(validation_of(history.back()));
  } else {
    print_result(tested);
  }
  for (const auto& [name, contents] : written) fmt::print("Wrote {}/{}\n", arguments.folder, name);
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<TrainArguments>();
  app.add_option("RECIPE", arguments->recipe, "What to train: a TOML file")->required();
  app.add_option("-o,--output", arguments->folder, "The folder to write model.keras and history.json to");
  app.add_option("--set", arguments->overrides,
                 "KEY=VALUE: another value than the recipe's, such as train.learning_rate=3e-3 or layers.2.units=20; "
                 "may be given several times");
  app.add_option("--seed", arguments->seed, "Another seed than the recipe's, of weights and order");
  app.add_option("--epochs", arguments->epochs, "Another number of epochs than the recipe's")
      ->check(CLI::PositiveNumber);
  app.add_option("--until", arguments->until,
                 "Break off after so many epochs; learning rate schedules are still those of all. --resume goes on")
      ->check(CLI::PositiveNumber);
  app.add_option("--threads", arguments->threads, "How many threads; the result is the same for any (0: one a core)");
  app.add_flag("--resume", arguments->resume,
               "Go on from the folder's checkpoint.keras, to the same result as without the break");
  app.add_option("--checkpoint-seconds", arguments->checkpoint_seconds,
                 "Keep a checkpoint after so many seconds, besides after each epoch; 0: only then")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--checkpoint-steps", arguments->checkpoint_steps, "Keep one after so many steps, too")
      ->check(CLI::NonNegativeNumber);
  return [arguments] { train(*arguments); };
}

}  // namespace

const Command kTrainCommand = {"train", "Train a model as a recipe says",
                               "  thimble train examples/mnist/recipe.toml -o out\n"
                               "  thimble train examples/mnist/recipe.toml -o out --seed 3 --epochs 2\n"
                               "  thimble train examples/mnist/recipe.toml -o out --set layers.1.filters=16\n"
                               "  thimble train examples/mnist/recipe.toml -o out --resume      # after a break\n"
                               "  thimble train examples/mnist/recipe.toml -o out --resume --epochs 10   # some more",
                               setup};

}  // namespace thimble
