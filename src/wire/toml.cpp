#include "wire/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace thimble {
namespace {

using nlohmann::json;

json json_of(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    json result = json::object();
    for (const auto& [key, value] : *table) result[std::string(key.str())] = json_of(value);
    return result;
  }
  if (const auto* array = node.as_array()) {
    json result = json::array();
    for (const toml::node& value : *array) result.push_back(json_of(value));
    return result;
  }
  if (const auto* value = node.as_boolean()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_string()) return value->get();
  return "a date or time";
}

}  // namespace

json json_from_toml(std::string_view text) {
  try {
    return json_of(toml::parse(text));
  } catch (const toml::parse_error& error) {
    std::string what(error.description());
    std::ranges::replace(what, '\n', ' ');
    input_error("line {}, column {}: {}", error.source().begin.line, error.source().begin.column, what);
  }
}

}  // namespace thimble
