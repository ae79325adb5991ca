// thimble report: the results of the other commands as tables, plots and pictures.
#include "report/report.h"

#include "base/error.h"
#include "cli/command.h"
#include "data/load.h"

namespace thimble {
namespace {

struct ReportArguments {
  std::vector<std::string> results;
  std::string folder;
  std::string data;
  std::string recipe;
  std::string package;
};

/// Results are small; what is larger than this is something else.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

void report(const ReportArguments& arguments) {
  FileSystem& files = real_file_system();
  ReportInput input;
  for (const std::string& path : arguments.results) {
    const Bytes bytes = files.read(path, kMostBytes);
    with_context(path, [&] { add_results(input.results, as_text(bytes)); });
  }
  input.effort = measure_effort(files, arguments.recipe, arguments.package);
  if (!arguments.data.empty()) {
    input.data = load_dataset(files, parse_data_argument(arguments.data), Split::kTest);
  }
  const Report report = make_report(input);
  files.write_all(arguments.folder, report.files);
  const std::filesystem::path folder = arguments.folder;
  fmt::print("{}{}\n{}\n", report.text, (folder / "index.html").string(), (folder / "report.md").string());
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<ReportArguments>();
  app.add_option("RESULTS", arguments->results, "JSON files of train (history.json), eval and bench")->required();
  app.add_option("-o,--output", arguments->folder, "The folder for index.html and report.md")->required();
  app.add_option("--data", arguments->data, "DATA[:test|:train|:N] of the evaluations: shows what was misclassified");
  app.add_option("--recipe", arguments->recipe, "The recipe: counts its lines");
  app.add_option("--package", arguments->package, "The folder of thimble compile: counts its lines");
  return [arguments] { report(*arguments); };
}

}  // namespace

const Command kReportCommand = {
    "report", "Compare results in tables and plots, as HTML and Markdown",
    "  thimble report history.json float.json int8.json bench.json -o report --data data/mnist\n"
    "  thimble report int8.json bench.json -o report --recipe recipe.toml --package firmware",
    setup};

}  // namespace thimble
