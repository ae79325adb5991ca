#include "base/error.h"
#include "io/layer_config.h"
#include "io/recipe_parts.h"

namespace thimble {
namespace {

using nlohmann::json;
using Kind = LayerArgument::Kind;

/// Relative to the recipe's folder.
std::string place_of(const Recipe& recipe, const std::string& path) {
  return (recipe.path.parent_path() / path).lexically_normal().string();
}

}  // namespace

void read_data(const json& table, Recipe& recipe) {
  const std::vector<LayerArgument> arguments = {{.kind = Kind::kText, .name = "test", .default_value = std::string()},
                                                {.kind = Kind::kText, .name = "label", .default_value = std::string()},
                                                {.kind = Kind::kFloat, .name = "scale", .optional = true},
                                                {.kind = Kind::kInts, .name = "shape", .optional = true}};
  require_known(table, "argument", names_of(arguments, {"path", "weights"}));
  const Attributes config = config_from_json(arguments, table);
  require(table.contains("path"), "the argument path is missing");
  const json& path = table["path"];
  const json paths = path.is_array() ? path : json::array({path});
  require(!paths.empty(), "path is empty; name a data set");
  for (const json& each : paths) {
    require(each.is_string(), "path = {}: expected a text, or a list of them", path.dump());
    recipe.data.paths.push_back(place_of(recipe, each.get<std::string>()));
  }
  const json weights = table.value("weights", json::array());
  require(weights.is_array(), "weights = {}: expected a list with a number for each path", weights.dump());
  for (const json& weight : weights) {
    require(weight.is_number(), "weights = {}: expected a list with a number for each path", weights.dump());
    recipe.data.weights.push_back(weight.get<double>());
  }
  if (!config.text("test").empty()) recipe.data.test = place_of(recipe, config.text("test"));
  recipe.data.label = config.text("label");
  if (config.has("shape")) recipe.sample_shape = config.integers("shape");
  if (config.has("scale")) recipe.data.scale = config.real("scale");
}

}  // namespace thimble
