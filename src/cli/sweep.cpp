// thimble sweep: many recipes, tried on all cores, the results in a SQLite file.
#include <unistd.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/sweep_table.h"
#include "io/recipe.h"
#include "sweep/run_sweep.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

struct SweepArguments {
  std::string file;
  std::string folder = "out/sweep";
  int workers = 0;
  bool json = false;
};

nlohmann::ordered_json with_parameters(const Sweep& sweep, const Trial& trial, const fs::path& folder) {
  nlohmann::ordered_json row = to_json(trial);
  row["parameters"] = nlohmann::ordered_json::object();
  for (const RecipeOverride& change : sweep.configurations[trial.job.configuration]) {
    row["parameters"][change.key] = nlohmann::ordered_json::parse(change.value, nullptr, false);
  }
  row["folder"] = trial_folder(folder, trial.job).string();
  return row;
}

void print_best(const Sweep& sweep, const Trials& trials, const fs::path& folder) {
  const std::vector<const Trial*> ranked = ranking(trials, sweep.metric);
  if (ranked.empty()) {
    fmt::print("No trial came to its end; the notes above, and {}/sweep.sqlite, tell why\n", folder.string());
    return;
  }
  const Trial& best = *ranked.front();
  std::string changes;
  for (const RecipeOverride& change : sweep.configurations[best.job.configuration]) {
    changes += fmt::format(" --set '{}={}'", change.key, change.value);
  }
  fmt::print("Best: trial {}, in {}. The same by hand:\n  thimble train {}{}\n", best.job.configuration,
             trial_folder(folder, best.job).string(), sweep.recipe.string(), changes);
}

void sweep(const SweepArguments& arguments) {
  FileSystem& files = real_file_system();
  const Sweep sweep = read_sweep(files, arguments.file);
  const Bytes recipe_text = files.read(sweep.recipe);
  const Recipe recipe = read_recipe(files, sweep.recipe);
  with_context(arguments.file, [&] { read_recipe(files, sweep.recipe, sweep.configurations.front()); });
  const fs::path folder = arguments.folder;
  const SweepOptions options{folder, fs::read_symlink("/proc/self/exe"), arguments.workers, started_ranks()};
  if (options.ranks != nullptr && options.ranks->rank() > 0) return serve_sweep(sweep, options);
  files.require_writable(folder);
  fs::create_directories(folder);
  SweepStore store(folder / "sweep.sqlite", sweep, as_text(recipe_text));
  const std::vector<int> rungs = rungs_of(sweep, recipe.epochs);
  SweepTable table(sweep, planned_trials(sweep, rungs), !arguments.json, ::isatty(STDOUT_FILENO) != 0);
  table.begin(store.finished());
  const Trials trials = run_sweep(sweep, rungs, store, options,
                                  [&](const Trials& all, const Trial& changed) { table.update(all, changed); });
  if (arguments.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& [job, trial] : trials) list.push_back(with_parameters(sweep, trial, folder));
    fmt::print("{}\n", json_text(list));
    return;
  }
  table.finish(trials);
  print_best(sweep, trials, folder);
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<SweepArguments>();
  app.add_option("SWEEP", arguments->file, "What to try: a TOML file (docs/sweeps.md)")->required();
  app.add_option("-o,--output", arguments->folder,
                 "The folder for sweep.sqlite and the trials' models; a sweep that is there already goes on");
  app.add_option("--workers", arguments->workers,
                 "How many trials at a time (0: one a core; of mpirun's ranks: one a rank)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--json", arguments->json, "Print all trials as JSON at the end");
  return [arguments] { sweep(*arguments); };
}

}  // namespace

const Command kSweepCommand = {"sweep", "Try many recipes, and keep every result",
                               "  thimble sweep examples/mnist/sweep.toml -o out/sweep\n"
                               "  thimble sweep examples/mnist/sweep.toml -o out/sweep --json\n"
                               "  mpirun -n 8 thimble sweep examples/mnist/sweep.toml -o out/sweep",
                               setup};

}  // namespace thimble
