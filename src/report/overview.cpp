// The head of a report and its last section: what matters most, and what it takes to get there.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "data/load.h"
#include "report/format.h"
#include "report/forms.h"
#include "report/sections.h"

namespace thimble {
namespace {

std::string quoted(const std::string& argument) {
  const bool plain = std::ranges::all_of(argument, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./:=,+").find(c) != std::string_view::npos;
  });
  if (plain && !argument.empty()) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string boards_of(const Results& results, const std::string& model) {
  std::vector<std::string> names;
  for (const BenchResult& bench : results.benches) {
    const bool is_new = std::ranges::find(names, bench.board) == names.end();
    if (bench.model == model && is_new) names.push_back(bench.board);
  }
  return fmt::format("{}", fmt::join(names, ","));
}

/// The way from the recipe to the firmware, as far as the results tell of it.
std::vector<std::string> commands(const ReportInput& input) {
  const Results& results = input.results;
  const EvalResult* trained = reference_form(results);
  const EvalResult* deployed = deployed_form(results);
  if (trained == nullptr || deployed == nullptr) return {};
  std::vector<std::string> lines;
  const bool keras = trained->format == "keras";
  if (keras && !input.effort.recipe.empty()) {
    const std::string folder = std::filesystem::path(trained->model).parent_path().string();
    lines.push_back(
        fmt::format("thimble train {} -o {}", quoted(input.effort.recipe), quoted(folder.empty() ? "." : folder)));
  }
  if (trained != deployed) {
    const bool quantized = deployed->weights_type.starts_with("int");
    const std::string options =
        quantized && !deployed->data.empty()
            ? fmt::format(" --quantize int8 --calibrate {}", quoted(parse_data_argument(deployed->data).path.string()))
            : "";
    lines.push_back(
        fmt::format("thimble convert {} -o {}{}", quoted(trained->model), quoted(deployed->model), options));
  }
  if (!input.effort.package.empty()) {
    lines.push_back(fmt::format("thimble compile {} -o {}", quoted(deployed->model), quoted(input.effort.package)));
  }
  const std::string boards = boards_of(results, deployed->model);
  if (!boards.empty()) lines.push_back(fmt::format("thimble bench {} --on {}", quoted(deployed->model), boards));
  return lines;
}

}  // namespace

Section effort_section(const ReportInput& input) {
  const Effort& effort = input.effort;
  Section section{.id = "effort", .title = "Effort"};
  section.lead = "What is written by hand, what is generated, and how to look inside.";
  section.commands = commands(input);
  Table table{{{"What", false}, {"how much", false}}, {}, {}};
  const auto add = [&](const char* what, const std::string& much) { table.rows.push_back({what, much}); };
  if (!effort.recipe.empty()) {
    add("lines to write", fmt::format("{} of recipe ({})", effort.recipe_lines, file_name(effort.recipe)));
  }
  if (!section.commands.empty()) add("commands to run", std::to_string(section.commands.size()));
  if (!effort.package.empty()) {
    const std::uint64_t lines = effort.model_lines + effort.weight_lines + effort.kernel_lines;
    add("lines generated",
        fmt::format("{} of C in {} files: model {}, weights {}, kernels {}", grouped(lines), effort.package_files,
                    grouped(effort.model_lines), grouped(effort.weight_lines), grouped(effort.kernel_lines)));
    add("the C depends on", effort.headers.empty() ? "nothing" : fmt::format("{}", fmt::join(effort.headers, ", ")));
    add("to build it",
        fmt::format("a Makefile of {} lines, or add the files to a build of your own", effort.build_lines));
  }
  for (const BenchResult& bench : input.results.benches) {
    if (bench.seconds_to_build <= 0) continue;
    add("firmware built in", fmt::format("{:.1f} s ({})", bench.seconds_to_build, short_title(bench)));
    break;
  }
  table.note = "Lines that are not empty, counted in the files; the headers are those that the generated C includes.";
  section.tables = {table};
  const auto debuggable = std::ranges::find_if(input.results.benches,
                                               [](const BenchResult& bench) { return !bench.debug_command.empty(); });
  if (debuggable != input.results.benches.end()) {
    section.commands.push_back("# debug the firmware on the emulated board: stops at model_invoke");
    section.commands.push_back(debuggable->debug_command);
  }
  return section;
}

std::vector<KeyFigure> key_figures(const Results& results) {
  std::vector<KeyFigure> figures;
  const EvalResult* deployed = deployed_form(results);
  const EvalResult* reference = reference_form(results);
  if (deployed != nullptr) {
    figures.push_back({percent(deployed->accuracy), "accuracy",
                       deployed == reference ? "on " + grouped(deployed->samples) + " samples"
                                             : percent(reference->accuracy) + " before conversion"});
    const double times = static_cast<double>(reference->file_bytes) /
                         static_cast<double>(std::max<std::uint64_t>(1, deployed->file_bytes));
    figures.push_back({short_bytes(deployed->file_bytes), form_name(*deployed),
                       deployed == reference ? file_name(deployed->model)
                                             : fmt::format("{:.1f} x smaller than {}", times, form_name(*reference))});
  }
  if (const BenchResult* bench = deployed_firmware(results)) {
    figures.push_back(
        {short_bytes(bench->ram_bytes + bench->stack_bytes), "of RAM",
         fmt::format("{} activations, {} stack", short_bytes(bench->ram_bytes), short_bytes(bench->stack_bytes))});
    figures.push_back(
        {short_bytes(bench->weights_bytes + bench->code_bytes), "of flash",
         fmt::format("{} weights, {} code", short_bytes(bench->weights_bytes), short_bytes(bench->code_bytes))});
    figures.push_back({short_count(static_cast<double>(bench->instructions)), "instructions",
                       "an inference on " + short_title(*bench)});
  }
  return figures;
}

std::string subject(const Results& results) {
  const EvalResult* deployed = deployed_form(results);
  const BenchResult* bench = deployed_firmware(results);
  const std::string model = deployed != nullptr ? deployed->model : bench != nullptr ? bench->model : "";
  std::string text = model.empty() ? "training" : file_name(model);
  std::vector<std::string> boards;
  for (const BenchResult& one : results.benches) {
    const std::string title = short_title(one);
    if (one.model == model && std::ranges::find(boards, title) == boards.end()) boards.push_back(title);
  }
  return boards.empty() ? text : text + fmt::format(" on {}", fmt::join(boards, " and "));
}

}  // namespace thimble
