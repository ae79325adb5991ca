#include "report/sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.h"
#include "report/forms.h"
#include "report/picture.h"
#include "report/plot.h"

namespace thimble {
namespace {

double as_number(std::uint64_t count) { return static_cast<double>(count); }
std::string bytes_text(double bytes) { return grouped(static_cast<std::uint64_t>(bytes)) + " bytes"; }

/// "10.4 x" for 250 against 24.
std::string ratio(std::uint64_t whole, std::uint64_t part) {
  return part == 0 ? "-" : fmt::format("{:.1f} x", as_number(whole) / as_number(part));
}

std::uint64_t model_flash(const BenchResult& bench) { return bench.weights_bytes + bench.code_bytes; }

/// A number of samples and where they come from, when all evaluations agree.
std::string samples_text(const Results& results) {
  const EvalResult& first = results.evaluations[0];
  const bool same = std::ranges::all_of(results.evaluations, [&](const EvalResult& evaluation) {
    return evaluation.samples == first.samples && evaluation.data == first.data;
  });
  if (!same) return "its samples";
  return "the " + grouped(first.samples) + " samples" + (first.data.empty() ? "" : " of " + first.data);
}

std::string invocations_text(const std::vector<BenchResult>& benches) {
  const auto [least, most] = std::ranges::minmax(benches, {}, &BenchResult::invocations);
  if (least.invocations == most.invocations) return grouped(least.invocations);
  return grouped(least.invocations) + " to " + grouped(most.invocations);
}

// ---- accuracy

std::vector<Figure> training_figures(const std::vector<EpochFigures>& history) {
  Series accuracy{"training", {}}, val_accuracy{"test", {}}, loss{"training", {}}, val_loss{"test", {}};
  for (const EpochFigures& epoch : history) {
    accuracy.values.push_back(epoch.accuracy);
    val_accuracy.values.push_back(epoch.val_accuracy);
    loss.values.push_back(epoch.loss);
    val_loss.values.push_back(epoch.val_loss);
  }
  const auto two_digits = [](double value) { return fmt::format("{:.3g}", value); };
  const auto as_percent = [](double value) { return fmt::format("{:.4g} %", value * 100); };
  return {{"Accuracy after each epoch of training", line_chart({accuracy, val_accuracy}, "epoch", as_percent)},
          {"Loss after each epoch of training", line_chart({loss, val_loss}, "epoch", two_digits)}};
}

/// The mistakes that the model was most sure of, as pictures.
std::string mistakes_html(const EvalResult& evaluation, const Dataset& data) {
  constexpr std::size_t kMostShown = 24;
  std::vector<Mistake> mistakes = evaluation.mistakes;
  std::ranges::stable_sort(mistakes, std::ranges::greater{}, &Mistake::score);
  std::string html;
  std::size_t shown = 0;
  for (const Mistake& mistake : mistakes) {
    if (shown == kMostShown) break;
    const auto picture = sample_as_png(data, mistake.index);
    if (!picture) continue;
    html += fmt::format(
        "<figure><img src=\"{}\" alt=\"sample {}\" width=\"56\" height=\"56\"><figcaption><b>{} → {}</b> "
        "{}</figcaption></figure>\n",
        *picture, mistake.index, mistake.label, mistake.predicted, percent(mistake.score, 0));
    ++shown;
  }
  return html.empty() ? html : "<div class=\"digits\">\n" + html + "</div>\n";
}

std::vector<Figure> mistake_figures(const EvalResult& evaluation, const Dataset& data) {
  constexpr std::size_t kMostClasses = 20;
  std::vector<Figure> figures;
  if (evaluation.confusion.size() >= 2 && evaluation.confusion.size() <= kMostClasses) {
    figures.push_back({"Confusion matrix of " + form_name(evaluation), heat_map(evaluation.confusion)});
  }
  const std::string pictures = mistakes_html(evaluation, data);
  if (!pictures.empty()) {
    figures.push_back({"The mistakes of " + form_name(evaluation) +
                           " that it was most sure of: label → prediction, with the probability it gave",
                       pictures});
  }
  return figures;
}

// ---- performance

/// The functions that take at least a thousandth of the instructions, the largest first.
std::vector<Bar> function_bars(const BenchResult& bench) {
  constexpr std::size_t kMostFunctions = 6;
  constexpr double kLeastShare = 0.001;
  std::vector<Bar> bars;
  for (const auto& [name, instructions] : bench.functions) {
    const double share = as_number(instructions) / std::max(1.0, as_number(bench.instructions));
    if (bars.size() == kMostFunctions || share < kLeastShare) break;
    bars.push_back({name, {as_number(instructions)}, percent(share, 1)});
  }
  return bars;
}

std::string instructions_in_full(double value) { return grouped(static_cast<std::uint64_t>(value)) + " instructions"; }

/// Of the deployed form's first firmware whose kernels were not all inlined into one function.
std::vector<Figure> function_figures(const Results& results) {
  const BenchResult* deployed = deployed_firmware(results);
  if (deployed == nullptr) return {};
  for (const BenchResult& bench : results.benches) {
    const std::vector<Bar> bars = function_bars(bench);
    if (bench.model != deployed->model || bars.size() < 2) continue;
    return {{"Where they go: share of each function, " + firmware_name(results, bench),
             bar_chart(bars, {}, instructions_in_full)}};
  }
  return {};
}

std::string outputs_text(const BenchResult& bench) {
  if (bench.bits_equal) return "equal bit for bit";
  return bench.largest_error > 0 ? fmt::format("within {:.1g}, relative", bench.largest_error) : "different";
}

Table instructions_table(const Results& results) {
  Table table{{{"Firmware", false}, {"instructions"}, {"per MAC"}, {"outputs, against the host's", false}, {"runs"}},
              {},
              fmt::format("Every instruction from the first of model_invoke to its return, counted one by one by a "
                          "plugin for QEMU, as the mean of {} runs; they are instructions, not clock cycles.",
                          invocations_text(results.benches))};
  for (const BenchResult& bench : results.benches) {
    const EvalResult* evaluation = evaluation_of(results, bench.model);
    const bool known = evaluation != nullptr && evaluation->macs > 0;
    table.rows.push_back(
        {firmware_name(results, bench), grouped(bench.instructions),
         known ? fmt::format("{:.2f}", as_number(bench.instructions) / as_number(evaluation->macs)) : "",
         outputs_text(bench), grouped(bench.invocations)});
  }
  return table;
}

Table host_table(const Results& results) {
  Table table{{{"On this computer", false}, {"time an inference"}, {"inferences a second"}, {"MACs"}},
              {},
              "Median of many invocations on one thread, with the copying of inputs."};
  for (const EvalResult& evaluation : results.evaluations) {
    const double rate = evaluation.host_us > 0 ? 1e6 / evaluation.host_us : 0;
    table.rows.push_back({form_name(evaluation), fmt::format("{:.1f} us", evaluation.host_us),
                          grouped(static_cast<std::uint64_t>(std::min(rate, 1e15))), grouped(evaluation.macs)});
  }
  return table;
}

}  // namespace

Section size_section(const Results& results) {
  Section section{.id = "size", .title = "Size"};
  section.lead = "What each form of the model takes on disk or in flash.";
  Table table{{{"Form", false}, {"File", false}, {"bytes"}, {"smaller by"}}, {}, {}};
  table.note =
      "Files: bytes on disk; firmware: bytes of flash in the linked image, start-up code of the board included.";
  const EvalResult* reference = reference_form(results);
  std::vector<Bar> bars;
  const auto add = [&](const std::string& name, const std::string& file, std::uint64_t bytes) {
    table.rows.push_back(
        {name, file, grouped(bytes),
         reference == nullptr || bytes == reference->file_bytes ? "" : ratio(reference->file_bytes, bytes)});
    bars.push_back({name, {as_number(bytes)}, short_bytes(bytes)});
  };
  for (const EvalResult& evaluation : results.evaluations) {
    add(form_name(evaluation), file_name(evaluation.model), evaluation.file_bytes);
  }
  for (const BenchResult& bench : results.benches) {
    add(firmware_name(results, bench), "firmware", bench.firmware_bytes);
  }
  if (reference != nullptr && reference->format == "keras") {
    table.note += " A .keras file also holds the optimizer's state, two more numbers for each parameter.";
  }
  section.tables = {table};
  section.figures = {{"Bytes of each form", bar_chart(bars, {}, bytes_text)}};
  return section;
}

Section accuracy_section(const ReportInput& input) {
  const Results& results = input.results;
  Section section{.id = "accuracy", .title = "Accuracy"};
  section.lead = "What quantization costs, and which mistakes are left.";
  if (!results.evaluations.empty()) {
    const EvalResult& reference = *reference_form(results);
    Table table{{{"Form", false}, {"accuracy"}, {"difference"}, {"loss"}, {"mistakes"}, {"samples"}}, {}, {}};
    table.note = "Each form ran on " + samples_text(results) +
                 "; accuracy is the share whose greatest score is the label's, loss the mean cross-entropy.";
    for (const EvalResult& evaluation : results.evaluations) {
      const double difference = (evaluation.accuracy - reference.accuracy) * 100;
      const double mistakes = (1 - evaluation.accuracy) * as_number(evaluation.samples);
      table.rows.push_back({form_name(evaluation), percent(evaluation.accuracy),
                            &evaluation == &reference ? "" : fmt::format("{:+.2f} points", difference),
                            fmt::format("{:.4f}", evaluation.loss),
                            grouped(static_cast<std::uint64_t>(std::max(0.0, mistakes + 0.5))),
                            grouped(evaluation.samples)});
    }
    section.tables.push_back(table);
  }
  if (!results.history.empty()) section.figures = training_figures(results.history);
  if (const EvalResult* deployed = deployed_form(results)) {
    for (Figure& figure : mistake_figures(*deployed, input.data)) section.figures.push_back(std::move(figure));
  }
  return section;
}

Section memory_section(const Results& results) {
  Section section{.id = "memory", .title = "Memory"};
  section.lead = "Flash holds weights and code; RAM holds activations and the stack.";
  Table flash{{{"Flash", false}, {"weights"}, {"code"}, {"model's part"}, {"board's start-up"}, {"image"}}, {}, {}};
  Table ram{{{"RAM", false}, {"activations"}, {"stack"}, {"model's part"}, {"board's own"}}, {}, {}};
  std::vector<Bar> flash_bars, ram_bars;
  for (const EvalResult& evaluation : results.evaluations) {
    flash.rows.push_back(
        {form_name(evaluation) + " on this computer", grouped(evaluation.weights_bytes), "", "", "", ""});
    ram.rows.push_back({form_name(evaluation) + " on this computer", grouped(evaluation.arena_bytes), "", "", ""});
  }
  for (const BenchResult& bench : results.benches) {
    const std::string name = firmware_name(results, bench);
    const std::uint64_t model_ram = bench.ram_bytes + bench.stack_bytes;
    flash.rows.push_back({name, grouped(bench.weights_bytes), grouped(bench.code_bytes), grouped(model_flash(bench)),
                          grouped(bench.board_bytes), grouped(bench.firmware_bytes)});
    ram.rows.push_back({name, grouped(bench.ram_bytes), grouped(bench.stack_bytes), grouped(model_ram),
                        grouped(bench.board_ram_bytes)});
    flash_bars.push_back({name,
                          {as_number(bench.weights_bytes), as_number(bench.code_bytes), as_number(bench.board_bytes)},
                          short_bytes(bench.firmware_bytes)});
    ram_bars.push_back({name, {as_number(bench.ram_bytes), as_number(bench.stack_bytes)}, short_bytes(model_ram)});
  }
  flash.note =
      "On this computer: the constants that the kernels read; on a board: sizes of sections in the linked ELF file.";
  ram.note =
      "Activations are the arena, with inputs, outputs and all variables of the model. The stack was measured: the "
      "deepest that model_invoke reached in any run, read from memory painted before.";
  section.tables = {flash, ram};
  if (!results.benches.empty()) {
    section.figures = {
        {"Flash of the firmware", bar_chart(flash_bars, {"weights", "code", "board start-up"}, bytes_text)},
        {"RAM that the model takes", bar_chart(ram_bars, {"activations", "stack"}, bytes_text)}};
  }
  return section;
}

Section performance_section(const Results& results) {
  Section section{.id = "performance", .title = "Performance"};
  section.lead = "Exact instruction counts on emulated boards, and the time an inference takes here.";
  if (!results.benches.empty()) {
    section.tables.push_back(instructions_table(results));
    std::vector<Bar> bars;
    for (const BenchResult& bench : results.benches) {
      const double count = as_number(bench.instructions);
      bars.push_back({firmware_name(results, bench), {count}, short_count(count)});
    }
    section.figures = {{"Instructions an inference", bar_chart(bars, {}, instructions_in_full)}};
    for (Table& table : layer_tables(results)) section.tables.push_back(std::move(table));
  }
  if (!results.evaluations.empty()) section.tables.push_back(host_table(results));
  for (Figure& figure : function_figures(results)) section.figures.push_back(std::move(figure));
  return section;
}

std::vector<Section> make_sections(const ReportInput& input) {
  const Results& results = input.results;
  const bool models = !results.evaluations.empty() || !results.benches.empty();
  std::vector<Section> sections;
  if (models) sections.push_back(size_section(results));
  if (!results.evaluations.empty() || !results.history.empty()) sections.push_back(accuracy_section(input));
  if (models) sections.push_back(memory_section(results));
  if (models) sections.push_back(performance_section(results));
  Section effort = effort_section(input);
  if (!effort.tables[0].rows.empty()) sections.push_back(std::move(effort));
  return sections;
}

}  // namespace thimble
