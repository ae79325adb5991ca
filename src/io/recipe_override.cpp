#include "io/recipe_override.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "wire/toml.h"

namespace thimble {
namespace {

using nlohmann::json;

std::vector<std::string> parts_of(std::string_view key) {
  std::vector<std::string> parts;
  for (std::size_t dot = key.find('.'); dot != key.npos; dot = key.find('.')) {
    parts.emplace_back(key.substr(0, dot));
    key.remove_prefix(dot + 1);
  }
  parts.emplace_back(key);
  return parts;
}

json value_of(const std::string& text) {
  try {
    return json_from_toml("value = " + text).at("value");
  } catch (const InputError&) {
    return text;
  }
}

/// The element that `part` names, by its number from 1 or by its name.
json& element_of(json& list, const std::string& part) {
  for (json& element : list) {
    if (element.is_object() && element.value("name", json()) == part) return element;
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  require(error == std::errc() && end == part.data() + part.size() && number >= 1 && number <= list.size(),
          "'{}' is neither a number from 1 to {} nor the name of one of them", part, list.size());
  return list[number - 1];
}

}  // namespace

RecipeOverride parse_override(std::string_view text) {
  const std::size_t sign = text.find('=');
  require(sign != text.npos && sign > 0 && sign + 1 < text.size(),
          "'{}': expected KEY=VALUE, such as train.learning_rate=3e-3", text);
  return {std::string(text.substr(0, sign)), std::string(text.substr(sign + 1))};
}

void apply_override(json& file, const RecipeOverride& change) {
  with_context(change.key, [&] {
    const std::vector<std::string> parts = parts_of(change.key);
    json* place = &file;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (place->is_array()) {
        place = &element_of(*place, parts[i]);
        continue;
      }
      if (i == 0 && parts[i] == "train" && !place->contains("train")) (*place)["train"] = json::object();
      require(place->is_object() && place->contains(parts[i]), "the recipe has no '{}'", parts[i]);
      place = &(*place)[parts[i]];
    }
    require(place->is_object() && !parts.back().empty(), "names no argument; expected one such as layers.1.units");
    (*place)[parts.back()] = value_of(change.value);
  });
}

}  // namespace thimble
