// A command of the program. main.cpp lists them in a table; each has a file of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/optimize.h"
#include "data/load.h"
#include "deploy/deploy.h"
#include "ir/graph.h"
#include "ops/op.h"

namespace thimble {

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view examples;  // for --help: one a line
  /// Adds the options to `app` and returns what to do once they are parsed.
  std::function<void()> (*setup)(CLI::App& app);
};

/// --optimize size|speed|ram
void add_optimize_option(CLI::App& app, std::string& value);
Optimize parse_optimize(const std::string& value);

/// --ram BYTES, --input-buffer arena|caller, --output-buffer arena|caller, --output scores|class, --weights
/// plain|packed: what a model that is compiled may take, and gives.
struct FitArguments {
  std::string ram;
  std::string input = "arena";  // --input-buffer
  std::string output_buffer = "arena";
  std::string output = "scores";
  std::string weights = "plain";

  void add_to(CLI::App& app);
  /// `input_option` is the name of the second option, or names: "--input-buffer,--input".
  void add_memory_to(CLI::App& app, const std::string& input_option = "--input-buffer,--input");
  CallerMemory caller() const { return {.inputs = input == "caller", .outputs = output_buffer == "caller"}; }
  /// Whether an option of add_memory_to was given.
  bool about_memory() const { return !ram.empty() || caller().any(); }
  /// Throws InputError when --ram is no number of bytes: "20000", or "20k" for 20 * 1024.
  MemoryOptions memory() const;
  void apply_to(Graph& graph) const;
  LowerOptions apply_to(LowerOptions options) const;
};

/// --data DATA, or another name, and --scale NUMBER: a data set that a model is run with.
struct DataArguments {
  std::string data;
  std::optional<float> scale;

  CLI::Option* add_to(CLI::App& app, const std::string& name, const std::string& help);
  bool given() const { return !data.empty(); }
  /// Throws InputError when `data` names no part of a data set, or the scale is none.
  DataArgument parsed() const;
};

/// --front-end FILE
void add_front_end_option(CLI::App& app, std::string& path);
/// Puts the front end of a data set of sounds (data/front_end_file.h) before the model, unless `path` is empty.
void apply_front_end(FileSystem& files, const std::string& path, Graph& graph);

extern const Command kBenchCommand;
extern const Command kCompileCommand;
extern const Command kConvertCommand;
extern const Command kDiffCommand;
extern const Command kEvalCommand;
extern const Command kInspectCommand;
extern const Command kReportCommand;
extern const Command kRunCommand;
extern const Command kSweepCommand;
extern const Command kTrainCommand;

}  // namespace thimble
