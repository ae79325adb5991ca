#include "io/wrapped_layer.h"

#include <algorithm>

#include "base/error.h"
#include "io/keras_layout.h"
#include "ops/op.h"

namespace thimble {
namespace {

using nlohmann::json;

const LayerArgument& argument_of(const LayerCodec& codec, std::string_view name) {
  return *std::ranges::find(codec.arguments, name, &LayerArgument::name);
}

/// The inner layer, in a recipe's form or Keras's: its class and its arguments.
std::pair<std::string, json> inner_of(const json& layer) {
  require(layer.is_object(), "layer = {}: expected a table with the inner layer's type and arguments", layer.dump());
  const bool from_keras = layer.contains("class_name");
  const json type = layer.value(from_keras ? "class_name" : "type", json());
  require(type.is_string(), "layer: the argument type is missing; name the layer inside");
  json arguments = from_keras ? layer.value("config", json()) : layer;
  require(arguments.is_object(), "layer: the configuration is missing");
  arguments.erase("type");
  return {type.get<std::string>(), arguments};
}

/// Whether Keras's two directions are one layer, walking both ways. How weights begin does not matter.
bool are_opposite(const LayerCodec& layer, const json& forward, const json& backward) {
  for (const LayerArgument& argument : layer.arguments) {
    const std::string name(argument.name);
    if (name.ends_with("_initializer") || name == "go_backwards") continue;
    if (forward.value(name, json()) != backward.value(name, json())) return false;
  }
  return backward.value("go_backwards", json(false)) != forward.value("go_backwards", json(false));
}

}  // namespace

json flat_arguments(const LayerCodec& codec, json table) {
  if (!codec.wraps || !table.contains("layer")) return table;
  auto [type, arguments] = inner_of(table["layer"]);
  const auto& known = argument_of(codec, "layer").choices;
  require(std::ranges::find(known, std::string_view(type)) != known.end(), "layer: a {} around a {} is not supported",
          codec.class_name, type);
  if (table.contains("backward_layer") && !table["backward_layer"].is_null()) {
    const auto [other_type, other] = inner_of(table["backward_layer"]);
    require(other_type == type && are_opposite(*find_layer(type), arguments, other),
            "backward_layer must be as layer is, but backwards");
  }
  table.erase("backward_layer");
  table["layer"] = type;
  for (const auto& [name, value] : arguments.items()) {
    require(name == "name" || !table.contains(name) || name == "trainable" || name == "dtype",
            "{} belongs into the table of the inner layer", name);
    if (!table.contains(name)) table[name] = value;
  }
  return table;
}

json wrapped_config(const json& config, const std::string& name) {
  const std::string type = config["layer"].get<std::string>();
  json outer = {{"name", name}, {"trainable", true}, {"dtype", "float32"}, {"merge_mode", config["merge_mode"]}};
  for (const bool backward : {false, true}) {
    const std::string direction = backward ? "backward" : "forward";
    json inner = {{"name", direction + "_" + keras_snake_case(type)}, {"trainable", true}, {"dtype", "float32"}};
    for (const LayerArgument& argument : find_layer(type)->arguments) {
      const std::string own(argument.name);
      if (config.contains(own)) inner[own] = config[own];
    }
    inner["go_backwards"] = backward;
    outer[backward ? "backward_layer" : "layer"] = {
        {"module", "keras.layers"}, {"class_name", type}, {"config", inner}, {"registered_name", nullptr}};
  }
  return outer;
}

}  // namespace thimble
