// thimble train: a recipe -> a trained model and the history of its training.
#include "train/train.h"

#include "base/error.h"
#include "cli/command.h"
#include "data/load.h"
#include "io/keras.h"
#include "io/recipe.h"

namespace thimble {
namespace {

struct TrainArguments {
  std::string recipe;
  std::string folder = "out";
  std::vector<std::string> overrides;
  std::optional<std::uint64_t> seed;
  std::optional<int> epochs;
  int threads = 0;
};

void train(const TrainArguments& arguments) {
  FileSystem& files = real_file_system();
  std::vector<RecipeOverride> overrides;
  for (const std::string& text : arguments.overrides) overrides.push_back(parse_override(text));
  Recipe recipe = read_recipe(files, arguments.recipe, overrides);
  if (arguments.seed) recipe.seed = *arguments.seed;
  if (arguments.epochs) recipe.epochs = *arguments.epochs;
  DatasetSplits data = load_dataset(files, recipe.data);
  if (recipe.scale) data.train.scale = data.test.scale = *recipe.scale;
  Model model = build_model(recipe, Shape(data.train.sample_shape.begin(), data.train.sample_shape.end()));
  TrainOptions options;
  options.batch_size = recipe.batch_size;
  options.epochs = recipe.epochs;
  options.seed = recipe.seed;
  options.threads = arguments.threads;
  options.augmentation = recipe.augmentation;
  files.require_writable(arguments.folder);
  const TrainResult result = train(model, data.train, data.test, options, terminal_progress());
  const Bytes keras = write_keras(model);
  files.write_all(arguments.folder,
                  {{"model.keras", std::string(keras.begin(), keras.end())}, {"history.json", history_json(result)}});
  const EpochResult& last = result.epochs.back();
  fmt::print("Test loss: {:.4f}\nTest accuracy: {:.4f}\nWrote {}/model.keras and {}/history.json\n", last.val_loss,
             last.val_accuracy, arguments.folder, arguments.folder);
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
  app.add_option("--threads", arguments->threads, "How many threads; the result is the same for any (0: one a core)");
  return [arguments] { train(*arguments); };
}

}  // namespace

const Command kTrainCommand = {"train", "Train a model as a recipe says",
                               "  thimble train examples/mnist/recipe.toml -o out\n"
                               "  thimble train examples/mnist/recipe.toml -o out --seed 3 --epochs 2\n"
                               "  thimble train examples/mnist/recipe.toml -o out --set layers.1.filters=16",
                               setup};

}  // namespace thimble
