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
#include "io/toml_json.h"
#include "ops/op.h"
#include "ops/training_codec.h"

namespace thimble {
namespace {

using nlohmann::json;
using Kind = LayerArgument::Kind;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr const char* kInputName = "input";

/// Throws unless every name in `table` is one of `known`.
void require_known(const json& table, const std::string& what, const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : table.items()) {
    require(std::ranges::find(known, std::string_view(name)) != known.end(), "{}", unknown_name(what, name, known));
  }
}

std::vector<std::string_view> names_of(std::span<const LayerArgument> arguments,
                                       std::vector<std::string_view> more = {}) {
  std::vector<std::string_view> names;
  for (const LayerArgument& argument : arguments) names.push_back(argument.name);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

std::vector<std::string_view> layer_names() {
  std::vector<std::string_view> names;
  for (const Op* op : all_ops()) {
    for (const LayerCodec& layer : op->layers) names.push_back(layer.class_name);
  }
  return names;
}

/// The table [name]; empty if it is not there.
json table_of(const json& file, const std::string& name) {
  const json table = file.value(name, json::object());
  require(table.is_object(), "{} must be a table: [{}]", name, name);
  return table;
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

RecipeLayer layer_of(const json& table) {
  const std::string type = table["type"].get<std::string>();
  const LayerCodec* codec = find_layer(type);
  require(codec != nullptr, "{}", unknown_name("layer type", type, layer_names()));
  require_known(table, "argument", names_of(codec->arguments, {"type", "name", "inputs"}));
  RecipeLayer layer;
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

bool ends_with_softmax(const RecipeLayer& layer) {
  return layer.codec->class_name == "Softmax" ||
         (layer.config.has("activation") && layer.config.text("activation") == "softmax");
}

void read_train(const json& file, Recipe& recipe) {
  const json table = table_of(file, "train");
  const std::vector<LayerArgument> arguments = {
      {.kind = Kind::kText, .name = "optimizer", .default_value = std::string("adam")},
      {.kind = Kind::kText, .name = "loss", .default_value = std::string("sparse_categorical_crossentropy")},
      {.kind = Kind::kBool, .name = "from_logits", .default_value = !ends_with_softmax(recipe.layers.back())},
      {.kind = Kind::kInt, .name = "batch_size", .default_value = std::int64_t{32}},
      {.kind = Kind::kInt, .name = "epochs", .default_value = std::int64_t{1}},
      {.kind = Kind::kInt, .name = "seed", .default_value = static_cast<std::int64_t>(recipe.seed), .least = 0}};
  const Attributes config = config_from_json(arguments, table);
  std::vector<std::string_view> optimizers, losses;
  for (const OptimizerCodec& codec : optimizer_codecs()) optimizers.push_back(codec.name);
  for (const LossCodec& codec : loss_codecs()) losses.push_back(codec.name);
  const OptimizerCodec* optimizer = find_optimizer(config.text("optimizer"));
  require(optimizer != nullptr, "{}", unknown_name("optimizer", config.text("optimizer"), optimizers));
  const LossCodec* loss = find_loss(config.text("loss"));
  require(loss != nullptr, "{}", unknown_name("loss", config.text("loss"), losses));
  require_known(table, "argument", names_of(optimizer->arguments, names_of(arguments)));
  recipe.optimizer.class_name = optimizer->class_name;
  recipe.optimizer.config = config_from_json(optimizer->arguments, table);
  recipe.loss = loss->class_name;
  recipe.loss_from_logits = loss->has_from_logits && config.flag("from_logits");
  recipe.batch_size = config.integer("batch_size");
  recipe.epochs = config.integer("epochs");
  recipe.seed = static_cast<std::uint64_t>(config.integer("seed"));
}

void read_data(const json& file, Recipe& recipe) {
  const json table = table_of(file, "data");
  const std::vector<LayerArgument> arguments = {{.kind = Kind::kText, .name = "path", .required = true},
                                                {.kind = Kind::kFloat, .name = "scale", .optional = true}};
  require_known(table, "argument", names_of(arguments));
  const Attributes config = config_from_json(arguments, table);
  recipe.data = (recipe.path.parent_path() / config.text("path")).lexically_normal();
  if (config.has("scale")) recipe.scale = config.real("scale");
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
    require_known(file, "table", {"name", "seed", "data", "augment", "layers", "train", "compress"});
    const std::vector<LayerArgument> arguments = {
        {.kind = Kind::kText, .name = "name", .default_value = path.stem().string()},
        {.kind = Kind::kInt, .name = "seed", .default_value = std::int64_t{0}, .least = 0}};
    const Attributes config = config_from_json(arguments, file);
    Recipe recipe;
    recipe.path = path;
    recipe.name = config.text("name");
    recipe.seed = static_cast<std::uint64_t>(config.integer("seed"));
    with_context("[data]", [&] { read_data(file, recipe); });
    with_context("[augment]", [&] { recipe.augmentation = augmentation_from_json(table_of(file, "augment")); });
    recipe.layers = layers_of(file);
    with_context("[train]", [&] { read_train(file, recipe); });
    with_context("[compress]", [&] {
      if (file.contains("compress")) recipe.compression = compression_from_json(table_of(file, "compress"));
    });
    recipe.identity = identity_of(file, recipe.seed);
    return recipe;
  });
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
      if (!layer.name.empty()) outputs[layer.name] = last;
    }
    Model model = builder.finish(last);
    model.optimizer = recipe.optimizer;
    model.loss = recipe.loss;
    model.loss_from_logits = recipe.loss_from_logits;
    return model;
  });
}

}  // namespace thimble
