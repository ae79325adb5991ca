// thimble train: a recipe -> a trained model and the history of its training.
#include "train/train.h"

#include <cmath>
#include <csignal>

#include "base/error.h"
#include "cli/command.h"
#include "compress/compress.h"
#include "data/load.h"
#include "io/checkpoint.h"
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
  int threads = 0;
  bool resume = false;
  double checkpoint_seconds = 10.0;
  int checkpoint_steps = 0;
};

constexpr const char* kCheckpoint = "checkpoint.keras";
constexpr const char* kRecipeArray = "recipe";

// ---- asked to stop

volatile std::sig_atomic_t stop_signal = 0;

/// The first signal asks for a checkpoint and an end; the next one ends the program as it always does.
extern "C" void ask_to_stop(int signal) {
  stop_signal = signal;
  std::signal(signal, SIG_DFL);
}

void listen_for_signals() {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
}

// ---- checkpoints

NpyArray text_array(std::string_view text) {
  return {NpyType::kUint8, {static_cast<std::int64_t>(text.size())}, {text.begin(), text.end()}};
}

/// What a program that was killed while it wrote a checkpoint has left behind.
void remove_half_written(const fs::path& checkpoint) {
  std::error_code error;
  const std::string begin = checkpoint.filename().string() + ".";
  for (const fs::directory_entry& entry : fs::directory_iterator(checkpoint.parent_path(), error)) {
    if (entry.path().filename().string().starts_with(begin)) fs::remove(entry.path(), error);
  }
}

/// Where the training stands that was broken off in `folder`, and its weights in `model`; the beginning if there is no
/// checkpoint.
TrainState resume(FileSystem& files, const fs::path& path, const Recipe& recipe, Model& model, Progress& progress) {
  if (!files.is_file(path)) {
    progress.line(fmt::format("{} is not there: training begins", path.string()));
    return {};
  }
  return with_context(path.string(), [&] {
    const Checkpoint checkpoint = read_checkpoint(files.read(path));
    const auto text = checkpoint.state.find(kRecipeArray);
    require(text != checkpoint.state.end() && text->second == text_array(recipe.identity),
            "is of another recipe or seed than {}; leave --resume out to train from the start", recipe.path.string());
    restore(model, checkpoint.model);
    TrainState state = train_state_from(checkpoint.state);
    progress.line(fmt::format("Going on from {}: epoch {}, step {}", path.string(), state.position.epoch + 1,
                              state.position.step));
    return state;
  });
}

void train(const TrainArguments& arguments) {
  FileSystem& files = real_file_system();
  std::vector<RecipeOverride> overrides;
  for (const std::string& text : arguments.overrides) overrides.push_back(parse_override(text));
  if (arguments.seed) overrides.push_back(parse_override(fmt::format("train.seed={}", *arguments.seed)));
  Recipe recipe = read_recipe(files, arguments.recipe, overrides);
  if (arguments.epochs) recipe.epochs = *arguments.epochs;
  DatasetSplits data = load_dataset(files, recipe.data);
  shape_data(recipe, data);
  Model model = build_model(recipe, Shape(data.train.sample_shape.begin(), data.train.sample_shape.end()));
  TrainOptions options;
  options.batch_size = recipe.batch_size;
  options.epochs = recipe.epochs;
  options.seed = recipe.seed;
  options.threads = arguments.threads;
  options.metrics = recipe.metrics;
  options.top_k = recipe.top_k;
  options.callbacks = recipe.callbacks;
  options.augmentation = recipe.augmentation;
  files.require_writable(arguments.folder);
  const fs::path checkpoint = fs::path(arguments.folder) / kCheckpoint;
  remove_half_written(checkpoint);
  TrainState start;
  if (arguments.resume) start = resume(files, checkpoint, recipe, model, terminal_progress());
  TrainHooks hooks;
  hooks.save_seconds = arguments.checkpoint_seconds;
  hooks.save_steps = arguments.checkpoint_steps;
  hooks.save = [&](const TrainState& state) {
    NpzArrays arrays = to_arrays(state);
    arrays[kRecipeArray] = text_array(recipe.identity);
    files.write(checkpoint, write_checkpoint(model, arrays));
  };
  hooks.keep = [&](const std::string& file) {
    files.write(fs::path(arguments.folder) / file, ByteSpan(write_keras(model)));
  };
  hooks.stop = [] { return stop_signal != 0; };
  listen_for_signals();
  const TrainResult result = train(model, data.train, data.test, options, terminal_progress(), hooks, start);
  require(!result.stopped, "stopped by a signal; {} holds all that was done: --resume goes on from it",
          checkpoint.string());
  FileSet written;
  std::vector<EpochResult> history = result.epochs;
  if (recipe.compression.epochs > 0) {
    const CompressResult compressed =
        compress(model, data.train, data.test, recipe.compression, options, terminal_progress(), hooks.stop);
    require(!compressed.stopped,
            "stopped by a signal; {} holds what was trained before [compress]: --resume goes on from it",
            checkpoint.string());
    const Bytes tflite = write_tflite(compressed.integer_model);
    written["model.tflite"] = std::string(tflite.begin(), tflite.end());
    history.insert(history.end(), compressed.epochs.begin(), compressed.epochs.end());
  }
  const Bytes keras = write_keras(model);
  written["model.keras"] = std::string(keras.begin(), keras.end());
  written["history.json"] = history_json(history);
  files.write_all(arguments.folder, written);
  fmt::print("Test loss: {:.4f}\n", history.back().val_loss);
  if (!std::isnan(history.back().val_accuracy)) fmt::print("Test accuracy: {:.4f}\n", history.back().val_accuracy);
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
                               "  thimble train examples/mnist/recipe.toml -o out --set layers.1.filters=16"
                               "  thimble train examples/mnist/recipe.toml -o out --resume      # after a break\n"
                               "  thimble train examples/mnist/recipe.toml -o out --resume --epochs 10   # some more",
                               setup};

}  // namespace thimble
