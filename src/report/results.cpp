#include "report/results.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace thimble {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAdvice = "give files that thimble train, eval --json and bench --json wrote";
constexpr double kGreatestCount = 0x1p53;
constexpr std::size_t kMostClasses = 65'536;

/// The members of one object. `where` names it in messages.
class Members {
 public:
  Members(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    require(object.is_object(), "{} is not an object; {}", where_, kAdvice);
  }

  bool has(const char* name) const { return object_.contains(name) && !object_[name].is_null(); }

  const Json& at(const char* name) const {
    require(has(name), "{} has no '{}'; {}", where_, name, kAdvice);
    return object_[name];
  }

  double number(const char* name) const {
    const Json& value = at(name);
    require(value.is_number(), "'{}' of {} is not a number; {}", name, where_, kAdvice);
    return value.get<double>();
  }
  double number_or(const char* name, double otherwise) const { return has(name) ? number(name) : otherwise; }

  std::uint64_t count(const char* name) const {
    const double value = number(name);
    require(value >= 0 && value <= kGreatestCount && std::floor(value) == value,
            "'{}' of {} is {}, which is no count; {}", name, where_, value, kAdvice);
    return static_cast<std::uint64_t>(value);
  }
  std::uint64_t count_or_0(const char* name) const { return has(name) ? count(name) : 0; }

  std::string text(const char* name) const {
    const Json& value = at(name);
    require(value.is_string(), "'{}' of {} is not text; {}", name, where_, kAdvice);
    return value.get<std::string>();
  }
  std::string text_or(const char* name, std::string otherwise) const { return has(name) ? text(name) : otherwise; }

  bool flag(const char* name) const {
    const Json& value = at(name);
    require(value.is_boolean(), "'{}' of {} is neither true nor false; {}", name, where_, kAdvice);
    return value.get<bool>();
  }

  const Json& list(const char* name) const {
    const Json& value = at(name);
    require(value.is_array(), "'{}' of {} is not a list; {}", name, where_, kAdvice);
    return value;
  }

 private:
  const Json& object_;
  std::string where_;
};

EpochFigures read_epoch(const Json& json, std::size_t index) {
  const Members members(json, fmt::format("epoch {}", index + 1));
  return {members.number("loss"), members.number("accuracy"), members.number("val_loss"),
          members.number("val_accuracy"), members.number_or("seconds", 0.0)};
}

/// Keras's History.history: a list for each figure, one number an epoch.
std::vector<EpochFigures> read_history(const Json& json) {
  const Members members(json, "the history");
  std::vector<EpochFigures> history(members.list("loss").size());
  const auto read = [&](const char* name, double EpochFigures::*figure) {
    const Json& values = members.list(name);
    require(values.size() == history.size(), "'{}' of the history has {} epochs, 'loss' {}; {}", name, values.size(),
            history.size(), kAdvice);
    for (std::size_t i = 0; i < history.size(); ++i) {
      require(values[i].is_number(), "'{}' of epoch {} is not a number; {}", name, i + 1, kAdvice);
      history[i].*figure = values[i].get<double>();
    }
  };
  read("loss", &EpochFigures::loss);
  read("accuracy", &EpochFigures::accuracy);
  read("val_loss", &EpochFigures::val_loss);
  read("val_accuracy", &EpochFigures::val_accuracy);
  if (members.has("seconds")) read("seconds", &EpochFigures::seconds);
  return history;
}

std::vector<std::vector<std::uint64_t>> read_confusion(const Members& members) {
  const Json& rows = members.list("confusion");
  require(rows.size() <= kMostClasses, "'confusion' has {} classes, more than are read", rows.size());
  std::vector<std::vector<std::uint64_t>> confusion;
  for (const Json& row : rows) {
    require(row.is_array() && row.size() == rows.size(), "'confusion' is not square; {}", kAdvice);
    std::vector<std::uint64_t> counts;
    for (const Json& count : row) {
      require(count.is_number_unsigned(), "'confusion' holds what is no count; {}", kAdvice);
      counts.push_back(count.get<std::uint64_t>());
    }
    confusion.push_back(std::move(counts));
  }
  return confusion;
}

EvalResult read_evaluation(const Json& json) {
  const Members members(json, "the evaluation");
  EvalResult result;
  result.model = members.text("model");
  result.format = members.text_or("format", "");
  result.weights_type = members.text_or("weights_type", "");
  result.data = members.text_or("data", "");
  result.file_bytes = members.count("file_bytes");
  result.arena_bytes = members.count("arena_bytes");
  result.weights_bytes = members.count("weights_bytes");
  result.samples = members.count("samples");
  result.parameters = members.count_or_0("parameters");
  result.macs = members.count_or_0("macs");
  result.loss = members.number("loss");
  result.accuracy = members.number("accuracy");
  result.host_us = members.number("host_us_per_inference");
  if (members.has("confusion")) result.confusion = read_confusion(members);
  if (!members.has("misclassified")) return result;
  for (const Json& item : members.list("misclassified")) {
    const Members mistake(item, fmt::format("misclassified sample {}", result.mistakes.size()));
    result.mistakes.push_back(
        {mistake.count("index"), mistake.count("label"), mistake.count("predicted"), mistake.number("score")});
  }
  return result;
}

std::vector<std::pair<std::string, std::uint64_t>> read_functions(const Members& members) {
  const Json& by_function = members.at("by_function");
  const Members functions(by_function, "'by_function'");
  std::vector<std::pair<std::string, std::uint64_t>> result;
  for (const auto& [name, value] : by_function.items()) result.emplace_back(name, functions.count(name.c_str()));
  std::ranges::stable_sort(result, std::ranges::greater{}, &std::pair<std::string, std::uint64_t>::second);
  return result;
}

std::string shape_text(const Json& sizes) {
  std::string text;
  for (const Json& size : sizes) {
    require(size.is_number_unsigned(), "a 'shape' of 'by_layer' holds what is no size; {}", kAdvice);
    text += fmt::format("{}{}", text.empty() ? "" : "x", size.get<std::uint64_t>());
  }
  return text;
}

void read_layers(const Members& members, BenchResult& result) {
  for (const Json& item : members.list("by_layer")) {
    const Members layer(item, fmt::format("layer {}", result.layers.size() + 1));
    result.layers.push_back({layer.text("op"), shape_text(layer.list("shape")), layer.count("macs"),
                             layer.count("instructions"), layer.count("weights_bytes"),
                             layer.count_or_0("code_bytes")});
  }
  result.between_layers = members.count_or_0("between_layers");
  result.other_code_bytes = members.count_or_0("other_code_bytes");
  if (!members.has("shared_code")) return;
  for (const Json& item : members.list("shared_code")) {
    const Members share(item, "'shared_code'");
    const Json& names = share.list("names");
    require(!names.empty() && names[0].is_string(), "'names' of 'shared_code' holds no names; {}", kAdvice);
    result.shared_code.push_back({.name = names[0].get<std::string>(),
                                  .shape = "",
                                  .code_bytes = share.count("code_bytes"),
                                  .layers = share.list("layers").size()});
  }
}

BenchResult read_bench(const Json& json, std::size_t index) {
  const Members members(json, fmt::format("measurement {}", index + 1));
  BenchResult result;
  result.model = members.text("model");
  result.board = members.text("board");
  result.title = members.text_or("title", result.board);
  result.optimize = members.text_or("optimize", "");
  result.debug_command = members.text_or("debug_command", "");
  result.instructions = members.count("instructions");
  result.invocations = members.count("invocations");
  result.weights_bytes = members.count("weights_bytes");
  result.code_bytes = members.count("code_bytes");
  result.board_bytes = members.count_or_0("board_bytes");
  result.firmware_bytes = members.has("firmware_bytes") ? members.count("firmware_bytes")
                                                        : result.weights_bytes + result.code_bytes + result.board_bytes;
  result.ram_bytes = members.count("ram_bytes");
  result.board_ram_bytes = members.count_or_0("board_ram_bytes");
  result.stack_bytes = members.count("stack_bytes");
  result.bits_equal = members.flag("bits_equal");
  result.largest_error = members.number_or("largest_error", 0.0);
  result.seconds_to_build = members.number_or("seconds_to_build", 0.0);
  if (members.has("by_function")) result.functions = read_functions(members);
  if (members.has("by_layer")) read_layers(members, result);
  return result;
}

Json parse(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    input_error("is not JSON: wrong at byte {}; {}", error.byte, kAdvice);
  } catch (const Json::exception&) {
    input_error("is JSON with a number that is out of range; {}", kAdvice);
  }
}

}  // namespace

void add_results(Results& results, std::string_view text) {
  const Json json = parse(text);
  if (json.is_object() && json.contains("val_loss")) {
    require(results.history.empty(), "is a second training history; give one");
    results.history = read_history(json);
    return;
  }
  if (json.is_object() && json.contains("accuracy")) {
    results.evaluations.push_back(read_evaluation(json));
    return;
  }
  require(json.is_array() && !json.empty() && json[0].is_object(), "holds no results of Thimble; {}", kAdvice);
  if (json[0].contains("board")) {
    for (const Json& item : json) {
      const bool host = item.is_object() && item.value("board", Json()) == "host";  // evaluations tell its time
      if (!host) results.benches.push_back(read_bench(item, results.benches.size()));
    }
  } else if (json[0].contains("val_loss")) {
    require(results.history.empty(), "is a second training history; give one");
    for (const Json& item : json) results.history.push_back(read_epoch(item, results.history.size()));
  } else {
    input_error("holds no results of Thimble; {}", kAdvice);
  }
}

}  // namespace thimble
