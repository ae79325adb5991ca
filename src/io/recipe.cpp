#include "io/recipe.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/augment_config.h"
#include "io/compress_config.h"
#include "io/layer_config.h"
#include "io/model_builder.h"
#include "io/names.h"
#include "io/recipe_parts.h"
#include "ops/op.h"
#include "wire/toml.h"

namespace thimble {
namespace {

using nlohmann::json;
using Kind = LayerArgument::Kind;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr const char* kInputName = "input";

std::vector<std::string_view> layer_names() {
  std::vector<std::string_view> names;
  for (const Op* op : all_ops()) {
    for (const LayerCodec& layer : op->layers) names.push_back(layer.class_name);
  }
  return names;
}

std::vector<std::string> inputs_of(const json& layer) {
  std::vector<std::string> inputs;
  const auto found = layer.find("inputs");
  if (found == layer.end()) return inputs;
  require(found->is_array() && !found->empty(), "inputs = {}: expected a list of layer names", found->dump());
  for (const json& input : *found) {
    require(input.is_string(), "inputs = {}: expected a list of layer names", found->dump());
    inputs.push_back(input.get<std::string>());
  }
  return inputs;
}

RecipeLayer layer_of(json table) {
  const std::string type = table["type"].get<std::string>();
  const LayerCodec* codec = find_layer(type);
  require(codec != nullptr, "{}", unknown_name("layer type", type, layer_names()));
  RecipeLayer layer;
  layer.regularizers = take_regularizers(table);
  require_known(table, "argument", names_of(codec->arguments, {"type", "name", "inputs"}));
  layer.codec = codec;
  if (table.contains("name")) {
    require(table["name"].is_string() && !table["name"].get_ref<const std::string&>().empty(),
            "name = {}: expected a text", table["name"].dump());
    layer.name = table["name"].get<std::string>();
  }
  layer.inputs = inputs_of(table);
  layer.config = config_from_json(codec->arguments, table);
  return layer;
}

/// "layer 3 (Conv2D)".
std::string place_of(std::size_t index, std::string_view type) { return fmt::format("layer {} ({})", index + 1, type); }

std::vector<RecipeLayer> layers_of(const json& file) {
  const json tables = file.value("layers", json::array());
  require(tables.is_array() && !tables.empty() && tables[0].is_object(), "has no layers; add a [[layers]] table");
  std::vector<RecipeLayer> layers;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const json& table = tables[i];
    require(table.is_object() && table.contains("type") && table["type"].is_string(),
            "layer {}: the argument type is missing; name one of Keras's layers", i + 1);
    with_context(place_of(i, table["type"].get<std::string>()), [&] { layers.push_back(layer_of(table)); });
  }
  return layers;
}

std::string identity_of(json file, std::uint64_t seed) {
  file["seed"] = seed;
  if (file.contains("train")) file["train"].erase("epochs");
  return file.dump();
}

}  // namespace

Recipe read_recipe(FileSystem& files, const std::filesystem::path& path, std::span<const RecipeOverride> overrides) {
  const Bytes bytes = files.read(path, kMostBytes);
  return with_context(path.string(), [&] {
    json file = json_from_toml(as_text(bytes));
    for (const RecipeOverride& change : overrides) apply_override(file, change);
    require_known(file, "table",
                  {"name", "seed", "data", "augment", "layers", "train", "callbacks", "distillation", "compress"});
    const std::vector<LayerArgument> arguments = {
        {.kind = Kind::kText, .name = "name", .default_value = path.stem().string()},
        {.kind = Kind::kInt, .name = "seed", .default_value = std::int64_t{0}, .least = 0}};
    const Attributes config = config_from_json(arguments, file);
    Recipe recipe;
    recipe.path = path;
    recipe.name = config.text("name");
    recipe.seed = static_cast<std::uint64_t>(config.integer("seed"));
    with_context("[data]", [&] { read_data(table_of(file, "data"), recipe); });
    with_context("[augment]", [&] { recipe.augmentation = augmentation_from_json(table_of(file, "augment")); });
    recipe.layers = layers_of(file);
    with_context("[train]", [&] { read_train(table_of(file, "train"), recipe); });
    read_callbacks(file, recipe);
    with_context("[distillation]", [&] { read_distillation(table_of(file, "distillation"), recipe); });
    with_context("[compress]", [&] {
      if (file.contains("compress")) recipe.compression = compression_from_json(table_of(file, "compress"));
    });
    recipe.data.seed = recipe.seed;
    recipe.identity = identity_of(file, recipe.seed);
    return recipe;
  });
}

void shape_data(const Recipe& recipe, DatasetSplits& data) {
  for (Dataset* part : {&data.train, &data.test}) {
    if (recipe.data.scale) part->scale = *recipe.data.scale;
    if (recipe.sample_shape.empty()) continue;
    const auto elements = static_cast<std::size_t>(element_count(recipe.sample_shape));
    require(elements == part->sample_size(), "{}: [data]: shape is {}, but the samples of {} are {}",
            recipe.path.string(), to_string(recipe.sample_shape), recipe.data.paths[0],
            to_string(Shape(part->sample_shape.begin(), part->sample_shape.end())));
    part->sample_shape.assign(recipe.sample_shape.begin(), recipe.sample_shape.end());
  }
}

Model build_model(const Recipe& recipe, const Shape& sample_shape) {
  return with_context(recipe.path.string(), [&] {
    ModelBuilder builder(recipe.name);
    InitialWeights weights(recipe.seed);
    TensorId last = builder.add_input(kInputName, sample_shape);
    std::map<std::string, TensorId> outputs = {{kInputName, last}};
    for (std::size_t i = 0; i < recipe.layers.size(); ++i) {
      const RecipeLayer& layer = recipe.layers[i];
      last = with_context(place_of(i, layer.codec->class_name), [&] {
        std::vector<TensorId> inputs = {last};
        if (!layer.inputs.empty()) inputs.clear();
        for (const std::string& name : layer.inputs) {
          std::vector<std::string_view> known;
          for (const auto& [other, id] : outputs) known.push_back(other);
          require(outputs.contains(name), "{}", unknown_name("input", name, known));
          inputs.push_back(outputs.at(name));
        }
        return builder.add_layer(*layer.codec, layer.name, layer.config, inputs, weights);
      });
      outputs[builder.layer_name()] = last;
    }
    Model model = builder.finish(last);
    for (std::size_t i = 0; i < recipe.layers.size(); ++i) {
      with_context(place_of(i, recipe.layers[i].codec->class_name),
                   [&] { regularize(model.layers[i], recipe.layers[i].regularizers); });
    }
    model.optimizer = recipe.optimizer;
    model.loss = recipe.loss;
    model.loss_from_logits = recipe.loss_from_logits;
    model.loss_config = recipe.loss_config;
    return model;
  });
}

}  // namespace thimble
