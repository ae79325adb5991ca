#include "cli/bench_table.h"

#include <fmt/format.h>

#include <filesystem>

#include "plan/caller.h"
#include "report/format.h"
#include "report/table.h"

namespace thimble {
namespace {

std::uint64_t count(const BenchRow& row, const char* name) { return row.at(name).get<std::uint64_t>(); }

/// "" where the row has none.
std::string number(const BenchRow& row, const char* name) {
  return row.contains(name) && !row[name].is_null() ? grouped(row[name].get<std::uint64_t>()) : "";
}

std::string verdict(const BenchRow& row) {
  const float error = row.at("largest_error").get<float>();
  if (row.at("bits_equal").get<bool>()) return "equal the host's, bit for bit";
  if (error > 0.0f && error <= 1e-5f) return fmt::format("within {:.1g} of the host's", error);
  return "DIFFER from the host's";
}

std::string time_text(double microseconds) {
  return microseconds < 1000 ? fmt::format("{:.0f} us", microseconds) : fmt::format("{:.2f} ms", microseconds / 1000);
}

/// One line for each chip of the row.
std::string times_text(const BenchRow& row) {
  std::string text;
  for (const BenchRow& chip : row.value("chips", BenchRow::array())) {
    const bool exact = chip.at("exact").get<bool>();
    text += fmt::format("  {:<34} {:>10}  {:>14} cycles{}\n", chip.at("title").get<std::string>(),
                        (exact ? "" : "~") + time_text(chip.at("microseconds").get<double>()),
                        grouped(count(chip, "cycles")), exact ? ", counted" : "");
  }
  return text;
}

/// What is in the caller's memory.
CallerMemory memory_of_caller(const BenchRow& row) {
  return {.inputs = row.value("input_buffer", "arena") == "caller",
          .outputs = row.value("output_buffer", "arena") == "caller"};
}

/// The model's name and the settings; the path where `whole`.
std::string label(const BenchRow& row, bool whole = false) {
  const std::filesystem::path model = row.at("model").get<std::string>();
  const BenchRow ram = row.value("ram_limit", BenchRow());
  const CallerMemory caller = memory_of_caller(row);
  return fmt::format("{} {}{}{}{}{}", whole ? model.string() : model.filename().string(), row.value("optimize", ""),
                     ram.is_null() ? "" : fmt::format(" in {} B", ram.get<std::uint64_t>()),
                     row.value("weights", "plain") == "packed" ? " packed" : "",
                     row.value("output", "scores") == "class" ? " class" : "",
                     caller.any() ? fmt::format(" without {}", caller.names()) : "");
}

/// Says so where RAM is without inputs or outputs.
std::string caller_note(const BenchRow& row) {
  const CallerMemory caller = memory_of_caller(row);
  if (!caller.any()) return "";
  std::uint64_t bytes = 0;
  if (caller.inputs) bytes += count(row, "input_bytes");
  if (caller.outputs) bytes += count(row, "output_bytes");
  return fmt::format("\nRAM is without the {}, {} bytes, which are in the caller's memory\n", caller.names(),
                     grouped(bytes));
}

std::string shape_text(const BenchRow& shape) {
  std::string text;
  for (const BenchRow& size : shape) text += fmt::format("{}{}", text.empty() ? "" : "x", size.get<int>());
  return text;
}

}  // namespace

std::string bench_table(const BenchRow& rows) {
  Table table{{{"board", false},
               {"optimize", false},
               {"instructions"},
               {"weights"},
               {"code"},
               {"RAM"},
               {"stack"},
               {"at most"},
               {"outputs", false}},
              {},
              ""};
  std::string times, note;
  for (const BenchRow& row : rows) {
    table.rows.push_back({row.at("board"), row.at("optimize"), number(row, "instructions"),
                          number(row, "weights_bytes"), number(row, "code_bytes"), number(row, "ram_bytes"),
                          number(row, "stack_bytes"), number(row, "stack_bound_bytes"),
                          fmt::format("{} ({} invocations)", verdict(row), count(row, "invocations"))});
    times += times_text(row);
    note = caller_note(row);
  }
  std::string text = table_as_text(table) + note;
  if (!times.empty()) text += "\nan invocation takes\n" + times;
  return text;
}

std::string bench_comparison(const BenchRow& first, const BenchRow& second) {
  const bool whole = label(first) == label(second);  // where the files have one name
  Table table{{{first.at("board"), false}, {label(first, whole)}, {label(second, whole)}, {"ratio"}}, {}, ""};
  const auto add = [&](const std::string& title, double a, double b, const std::string& a_text,
                       const std::string& b_text) {
    table.rows.push_back({title, a_text, b_text, a > 0 ? fmt::format("{:.2f}", b / a) : ""});
  };
  const std::pair<const char*, const char*> figures[] = {
      {"instructions", "instructions"}, {"weights, bytes", "weights_bytes"}, {"code, bytes", "code_bytes"},
      {"RAM, bytes", "ram_bytes"},      {"stack, bytes", "stack_bytes"},     {"stack at most", "stack_bound_bytes"}};
  for (const auto& [title, name] : figures) {
    if (number(first, name).empty() || number(second, name).empty()) continue;
    add(title, static_cast<double>(count(first, name)), static_cast<double>(count(second, name)), number(first, name),
        number(second, name));
  }
  const BenchRow chips = first.value("chips", BenchRow::array()), others = second.value("chips", BenchRow::array());
  for (std::size_t i = 0; i < std::min(chips.size(), others.size()); ++i) {
    const double a = chips[i].at("microseconds"), b = others[i].at("microseconds");
    add(chips[i].at("title"), a, b, time_text(a), time_text(b));
  }
  if (first.contains("bits_equal")) {
    const auto equal = [](const BenchRow& row) { return row.at("bits_equal").get<bool>() ? "= host" : "differ"; };
    table.rows.push_back({"outputs", equal(first), equal(second), ""});
  } else {
    const double a = first.at("microseconds"), b = second.at("microseconds");
    add("time", a, b, fmt::format("{:.2f} us", a), fmt::format("{:.2f} us", b));
  }
  return table_as_text(table);
}

/// "thimble_conv_2d_dsp and 4 more, of 14 layers".
static std::string shared_code_text(const BenchRow& share) {
  const std::size_t names = share.at("names").size();
  return fmt::format("{}{}, of {} layers", share.at("names").at(0).get<std::string>(),
                     names > 1 ? fmt::format(" and {} more", names - 1) : "", share.at("layers").size());
}

std::string layer_table(const BenchRow& row) {
  Table table{
      {{"layer", false}, {"output", false}, {"MACs"}, {"instructions"}, {"per MAC"}, {"weights"}, {"code"}}, {}, ""};
  for (const BenchRow& layer : row.at("by_layer")) {
    const std::uint64_t macs = count(layer, "macs"), instructions = count(layer, "instructions");
    table.rows.push_back(
        {layer.at("op"), shape_text(layer.at("shape")), macs ? grouped(macs) : "", grouped(instructions),
         macs ? fmt::format("{:.2f}", static_cast<double>(instructions) / static_cast<double>(macs)) : "",
         number(layer, "weights_bytes"), number(layer, "code_bytes")});
  }
  for (const BenchRow& share : row.at("shared_code")) {
    table.rows.push_back({shared_code_text(share), "", "", "", "", "", number(share, "code_bytes")});
  }
  table.rows.push_back(
      {"between layers, interface", "", "", number(row, "between_layers"), "", "", number(row, "other_code_bytes")});
  return fmt::format("{}, {}, layer by layer (measured with marks, which take some instructions themselves)\n{}",
                     row.at("board").get<std::string>(), label(row), table_as_text(table));
}

}  // namespace thimble
