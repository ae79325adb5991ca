#include "cli/train_session.h"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"
#include "io/checkpoint.h"
#include "io/keras.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCheckpoint = "checkpoint.keras";
constexpr const char* kCompressCheckpoint = "compress.npz";
constexpr const char* kRecipeArray = "recipe";

// ---- asked to stop

volatile std::sig_atomic_t stop_signal = 0;

/// What a rank says that waits for one that is lost, when mpirun ends it; empty: no ranks.
std::string last_word;

extern "C" void say_last_word(int) {
  constexpr int kRequestAtFault = 2;
  const ssize_t written = ::write(STDERR_FILENO, last_word.data(), last_word.size());
  ::_exit(written < 0 ? 1 : kRequestAtFault);
}

/// The first signal asks for a checkpoint and an end; the next one ends the program as it always does. A rank that
/// cannot go on has a short time.
extern "C" void ask_to_stop(int signal) {
  stop_signal = signal;
  std::signal(signal, SIG_DFL);
  if (last_word.empty()) return;
  std::signal(SIGALRM, say_last_word);
  const itimerval soon = {{0, 0}, {0, 300'000}};
  ::setitimer(ITIMER_REAL, &soon, nullptr);
}

void prepare_last_word(const fs::path& checkpoint, int rank) {
  last_word = fmt::format(
      "thimble: rank {}: ended while it waited for another rank, which may be lost; {} holds what was done: start all "
      "ranks again with --resume\n",
      rank, checkpoint.string());
}

void listen_for_signals() {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
}

// ---- checkpoints

NpyArray text_array(std::string_view text) {
  return {NpyType::kUint8, {static_cast<std::int64_t>(text.size())}, {text.begin(), text.end()}};
}

/// What a program that was killed while it wrote has left behind in `folder`: NAME.XXXXXX.
void remove_half_written(const fs::path& folder) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    constexpr std::size_t kEnding = 7;
    for (const std::string& own :
         {std::string(kCheckpoint), std::string(kCompressCheckpoint), std::string("model.keras"),
          std::string("model.tflite"), std::string("history.json")}) {
      if (name.size() == own.size() + kEnding && name.starts_with(own + ".")) fs::remove(entry.path(), error);
    }
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

}  // namespace

bool asked_to_stop() { return stop_signal != 0; }

TrainOptions options_of(const Recipe& recipe) {
  TrainOptions options;
  options.batch_size = recipe.batch_size;
  options.shuffle_buffer = recipe.shuffle_buffer;
  options.epochs = recipe.epochs;
  options.seed = recipe.seed;
  options.metrics = recipe.metrics;
  options.output_metrics = recipe.output_metrics;
  options.top_k = recipe.top_k;
  options.callbacks = recipe.callbacks;
  options.augmentation = recipe.augmentation;
  options.distillation.alpha = recipe.distillation.alpha;
  options.distillation.temperature = recipe.distillation.temperature;
  return options;
}

TrainResult run_session(FileSystem& files, const Recipe& recipe, Model& model, const Dataset& train,
                        const Dataset& validation, const TrainOptions& options, const CheckpointOptions& checkpoints,
                        Progress& progress) {
  const fs::path checkpoint = checkpoints.folder / kCheckpoint;
  const bool writes = options.ranks == nullptr || options.ranks->rank() == 0;
  if (writes) remove_half_written(checkpoints.folder);
  TrainState start;
  if (checkpoints.resume) start = resume(files, checkpoint, recipe, model, progress);
  TrainHooks hooks;
  hooks.stop = asked_to_stop;
  hooks.save_seconds = writes ? checkpoints.seconds : 0.0;
  hooks.save_steps = writes ? checkpoints.steps : 0;
  if (writes)
    hooks.save = [&](const TrainState& state) {
      NpzArrays arrays = to_arrays(state);
      arrays[kRecipeArray] = text_array(recipe.identity);
      files.write(checkpoint, write_checkpoint(model, arrays));
    };
  if (writes)
    hooks.keep = [&](const std::string& file) { files.write(checkpoints.folder / file, ByteSpan(write_keras(model))); };
  if (options.ranks) prepare_last_word(checkpoint, options.ranks->rank());
  listen_for_signals();
  TrainResult result;
  try {
    result = thimble::train(model, train, validation, options, progress, hooks, start);
  } catch (...) {
    if (options.ranks) options.ranks->give_up();
    throw;
  }
  require(!result.stopped, "stopped by a signal; {} holds all that was done: --resume goes on from it",
          checkpoint.string());
  return result;
}

CompressResult run_compression(FileSystem& files, const Recipe& recipe, Model& model, const Dataset& train,
                               const Dataset& validation, const TrainOptions& options,
                               const CheckpointOptions& checkpoints, Progress& progress) {
  const fs::path path = checkpoints.folder / kCompressCheckpoint;
  const NpyArray whose = text_array(fmt::format("{} epochs of {}", options.epochs, recipe.identity));
  CompressCheckpoints own;
  own.save = [&](const NpzArrays& state) {
    NpzArrays arrays = state;
    arrays[kRecipeArray] = whose;
    files.write(path, ByteSpan(write_npz(arrays)));
  };
  if (checkpoints.resume && files.is_file(path)) {
    NpzArrays arrays = with_context(path.string(), [&] { return parse_npz(files.read(path)); });
    if (const auto text = arrays.find(kRecipeArray); text != arrays.end() && text->second == whose) {
      progress.line(fmt::format("Going on from {}", path.string()));
      arrays.erase(kRecipeArray);
      own.start = std::move(arrays);
    }
  }
  CompressResult result = compress(model, train, validation, recipe.compression, options, progress, asked_to_stop, own);
  require(!result.stopped, "stopped by a signal; {} holds what was done: --resume goes on from it",
          checkpoints.folder.string());
  std::error_code error;
  fs::remove(path, error);
  return result;
}

}  // namespace thimble
