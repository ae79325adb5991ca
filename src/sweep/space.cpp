#include "sweep/space.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "io/names.h"

namespace thimble {
namespace {

using nlohmann::json;

constexpr std::size_t kMostConfigurations = 100'000;
constexpr int kAttempts = 100;  // to find a configuration that is new

std::string text_of(const json& value) { return value.dump(); }

double number_of(const json& range, const char* name) {
  require(range.contains(name) && range[name].is_number(), "a range needs the number {}", name);
  return range[name].get<double>();
}

SweepParameter range_of(const json& range) {
  for (const auto& [name, value] : range.items()) {
    require(name == "min" || name == "max" || name == "step" || name == "scale", "{}",
            unknown_name("argument of a range", name, {"min", "max", "step", "scale"}));
  }
  SweepParameter parameter;
  parameter.min = number_of(range, "min");
  parameter.max = number_of(range, "max");
  parameter.integer = range["min"].is_number_integer() && range["max"].is_number_integer();
  const std::string scale = range.value("scale", json("linear")).dump();
  require(scale == "\"linear\"" || scale == "\"log\"", "scale = {}: linear or log", scale);
  parameter.log = scale == "\"log\"";
  require(std::isfinite(parameter.min) && std::isfinite(parameter.max) && parameter.min <= parameter.max,
          "min must not be above max");
  require(!parameter.log || parameter.min > 0, "scale = \"log\" needs min above 0");
  if (!range.contains("step")) return parameter;
  const double step = number_of(range, "step");
  require(step > 0 && !parameter.log, "step must be above 0, and goes with scale = \"linear\"");
  require((parameter.max - parameter.min) / step < static_cast<double>(kMostConfigurations), "step is too small");
  const bool whole = parameter.integer && range["step"].is_number_integer();
  const auto steps = static_cast<std::int64_t>((parameter.max - parameter.min) / step + 1e-9);
  for (std::int64_t i = 0; i <= steps; ++i) {
    const double value = parameter.min + static_cast<double>(i) * step;
    parameter.values.push_back(whole ? json(static_cast<std::int64_t>(value)) : json(value));
  }
  return parameter;
}

SweepParameter parameter_of(const json& values) {
  if (values.is_object()) return range_of(values);
  require(values.is_array() && !values.empty(), "expected a list of values, or a range {{min = ..., max = ...}}");
  SweepParameter parameter;
  parameter.values.assign(values.begin(), values.end());
  return parameter;
}

/// Keys with dots come as tables in tables when they have no quotation marks.
void flatten(const json& table, const std::string& prefix, std::vector<SweepParameter>& space) {
  for (const auto& [name, value] : table.items()) {
    const std::string key = prefix.empty() ? name : prefix + "." + name;
    if (value.is_object() && !value.contains("min") && !value.contains("max")) {
      flatten(value, key, space);
      continue;
    }
    with_context(key, [&, &value = value] {
      space.push_back(parameter_of(value));
      space.back().key = key;
    });
  }
}

json sample(const SweepParameter& parameter, Random& random) {
  if (!parameter.values.empty()) {
    return parameter.values[random.below(static_cast<std::uint32_t>(parameter.values.size()))];
  }
  const double position = random.uniform();
  if (parameter.log) {
    const double value = parameter.min * std::pow(parameter.max / parameter.min, position);
    if (parameter.integer) return static_cast<std::int64_t>(std::llround(value));
    return std::stod(fmt::format("{:.4g}", value));  // as many digits as a person would give
  }
  if (parameter.integer) {
    const double values = parameter.max - parameter.min + 1;
    return static_cast<std::int64_t>(parameter.min + std::floor(position * values));
  }
  return std::stod(fmt::format("{:.4g}", parameter.min + (parameter.max - parameter.min) * position));
}

std::string all_of(const Configuration& configuration) {
  std::string text;
  for (const RecipeOverride& change : configuration) text += change.value + ";";
  return text;
}

}  // namespace

std::vector<SweepParameter> parse_space(const json& table) {
  std::vector<SweepParameter> space;
  flatten(table, "", space);
  require(!space.empty(), "has no parameters; add some, such as \"layers.1.filters\" = [4, 8]");
  return space;
}

std::vector<Configuration> grid(const std::vector<SweepParameter>& space) {
  std::size_t count = 1;
  for (const SweepParameter& parameter : space) {
    require(!parameter.values.empty(), "{}: a grid needs a list of values or a step", parameter.key);
    count *= parameter.values.size();
    require(count <= kMostConfigurations, "a grid of more than {} combinations; take method = \"random\"",
            kMostConfigurations);
  }
  std::vector<Configuration> result;
  for (std::size_t i = 0; i < count; ++i) {
    Configuration configuration(space.size());
    std::size_t rest = i;
    for (std::size_t p = space.size(); p-- > 0;) {
      const SweepParameter& parameter = space[p];
      configuration[p] = {parameter.key, text_of(parameter.values[rest % parameter.values.size()])};
      rest /= parameter.values.size();
    }
    result.push_back(std::move(configuration));
  }
  return result;
}

std::vector<Configuration> random_configurations(const std::vector<SweepParameter>& space, std::size_t count,
                                                 std::uint64_t seed) {
  require(count <= kMostConfigurations, "at most {} trials", kMostConfigurations);
  Random random(seed);
  std::vector<Configuration> result;
  std::set<std::string> known;
  while (result.size() < count) {
    Configuration configuration;
    int attempt = 0;
    do {
      configuration.clear();
      for (const SweepParameter& parameter : space) {
        configuration.push_back({parameter.key, text_of(sample(parameter, random))});
      }
    } while (known.contains(all_of(configuration)) && ++attempt < kAttempts);
    if (attempt == kAttempts) break;
    known.insert(all_of(configuration));
    result.push_back(std::move(configuration));
  }
  return result;
}

}  // namespace thimble
