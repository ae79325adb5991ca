#include "io/recipe.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "data/splits.h"
#include "io/augment_config.h"
#include "io/compress_config.h"
#include "io/layer_config.h"
#include "io/model_builder.h"
#include "io/names.h"
#include "io/recipe_parts.h"
#include "io/wrapped_layer.h"
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
  table = flat_arguments(*codec, std::move(table));
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

RecipeInput input_of(const json& table) {
  const std::vector<LayerArgument> arguments = {{.kind = Kind::kText, .name = "name", .required = true},
                                                {.kind = Kind::kInts, .name = "shape", .optional = true}};
  require_known(table, "argument", names_of(arguments, {"type"}));
  const Attributes config = config_from_json(arguments, table);
  RecipeInput input = {config.text("name"), {}};
  if (config.has("shape")) input.shape = config.integers("shape");
  return input;
}

RecipeLayer call_of(const json& table) {
  const std::vector<LayerArgument> arguments = {{.kind = Kind::kText, .name = "call", .required = true},
                                                {.kind = Kind::kText, .name = "name", .default_value = std::string()}};
  require_known(table, "argument", names_of(arguments, {"inputs"}));
  const Attributes config = config_from_json(arguments, table);
  RecipeLayer layer;
  layer.call = config.text("call");
  layer.name = config.text("name");
  layer.inputs = inputs_of(table);
  return layer;
}

/// "layer 3 (Conv2D)".
std::string place_of(std::size_t number, std::string_view type) { return fmt::format("layer {} ({})", number, type); }
std::string place_of(const RecipeLayer& layer) {
  return place_of(layer.number, layer.codec ? layer.codec->class_name : std::string_view(layer.call));
}

void read_layer(const json& table, std::size_t number, Recipe& recipe) {
  const auto text = [&](const char* name) {
    return table.is_object() && table.contains(name) && table[name].is_string() ? table[name].get<std::string>() : "";
  };
  const std::string type = text("type"), call = text("call");
  require(!type.empty() || !call.empty(),
          "layer {}: the argument type is missing; name one of Keras's layers, or one above to call again: call = ...",
          number);
  with_context(place_of(number, type.empty() ? call : type), [&] {
    if (type == "InputLayer") {
      require(recipe.layers.empty(), "inputs come before the other layers");
      return recipe.inputs.push_back(input_of(table));
    }
    recipe.layers.push_back(type.empty() ? call_of(table) : layer_of(table));
    recipe.layers.back().number = number;
    const bool must_say = recipe.inputs.size() > 1 && recipe.layers.size() == 1;
    require(!must_say || !recipe.layers.back().inputs.empty(),
            "the argument inputs is missing: the model has {} inputs", recipe.inputs.size());
  });
}

void read_layers(const json& file, Recipe& recipe) {
  const json tables = file.value("layers", json::array());
  require(tables.is_array() && !tables.empty() && tables[0].is_object(), "has no layers; add a [[layers]] table");
  for (std::size_t i = 0; i < tables.size(); ++i) read_layer(tables[i], i + 1, recipe);
  require(!recipe.layers.empty(), "has no layers but its inputs; add a [[layers]] table");
  // What a single input says of its shape, the data may say as well.
  if (recipe.inputs.size() == 1 && !recipe.inputs[0].shape.empty()) recipe.sample_shape = recipe.inputs[0].shape;
}

/// outputs = ["digit", "parity"], at the top of the recipe.
void read_outputs(const json& file, Recipe& recipe) {
  if (!file.contains("outputs")) return;
  const json& names = file["outputs"];
  require(names.is_array() && !names.empty(), "outputs = {}: expected a list of layer names", names.dump());
  for (const json& name : names) {
    require(name.is_string(), "outputs = {}: expected a list of layer names", names.dump());
    const std::string text = name.get<std::string>();
    require(std::ranges::find(recipe.layers, text, &RecipeLayer::name) != recipe.layers.end(),
            "outputs: no layer has the name '{}'; give it by name = \"{}\"", text, text);
    require(std::ranges::count(recipe.outputs, text) == 0, "outputs: '{}' is there twice", text);
    recipe.outputs.push_back(text);
  }
}

/// Names of layers and inputs, and what they make.
class NamedOutputs {
 public:
  void add(const std::string& name, TensorId id) { ids_[name] = id; }
  TensorId at(const std::string& name) const {
    std::vector<std::string_view> known;
    for (const auto& [other, id] : ids_) known.push_back(other);
    require(ids_.contains(name), "{}", unknown_name("input", name, known));
    return ids_.at(name);
  }

 private:
  std::map<std::string, TensorId> ids_;
};

void regularize_layers(const Recipe& recipe, Model& model) {
  std::size_t next = 0;
  for (const RecipeLayer& layer : recipe.layers) {
    if (layer.codec == nullptr) continue;
    Layer& built = model.layers[next++];
    with_context(place_of(layer), [&] { regularize(built, layer.regularizers); });
  }
}

/// Keras would drop a layer that nobody reads.
void require_all_read(const Model& model) {
  std::set<TensorId> read(model.graph.outputs.begin(), model.graph.outputs.end());
  for (const Layer& layer : model.layers) {
    for (const LayerCall& call : layer.calls) read.insert(call.inputs.begin(), call.inputs.end());
  }
  for (const Layer& layer : model.layers) {
    for (const LayerCall& call : layer.calls) {
      require(read.contains(call.output),
              "nothing reads the layer '{}'; name it in another one's inputs, or in outputs",
              model.graph.tensor(call.output).name);
    }
  }
}

Model build(const Recipe& recipe, const std::vector<Shape>& shapes) {
  ModelBuilder builder(recipe.name);
  InitialWeights weights(recipe.seed);
  NamedOutputs outputs;
  TensorId last = kNoTensor;
  std::vector<RecipeInput> inputs = recipe.inputs;
  if (inputs.empty()) inputs = {{kInputName, {}}};
  require(inputs.size() == shapes.size(), "the model has {} inputs, the data {}", inputs.size(), shapes.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    last = builder.add_input(inputs[i].name, shapes[i]);
    outputs.add(inputs[i].name, last);
  }
  for (const RecipeLayer& layer : recipe.layers) {
    last = with_context(place_of(layer), [&] {
      std::vector<TensorId> read = {last};
      if (!layer.inputs.empty()) read.clear();
      for (const std::string& name : layer.inputs) read.push_back(outputs.at(name));
      return layer.codec ? builder.add_layer(*layer.codec, layer.name, layer.config, read, weights)
                         : builder.call_layer(layer.call, layer.name, read);
    });
    outputs.add(builder.output_name(), last);
  }
  std::vector<TensorId> ends = {last};
  if (!recipe.outputs.empty()) ends.clear();
  for (const std::string& name : recipe.outputs) ends.push_back(outputs.at(name));
  Model model = builder.finish(ends);
  require_all_read(model);
  regularize_layers(recipe, model);
  model.optimizer = recipe.optimizer;
  model.losses = recipe.losses;
  return model;
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
    require_known(
        file, "table",
        {"name", "seed", "outputs", "data", "augment", "layers", "train", "callbacks", "distillation", "compress"});
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
    read_layers(file, recipe);
    read_outputs(file, recipe);
    for (const RecipeInput& input : recipe.inputs) recipe.data.names.inputs.push_back(input.name);
    recipe.data.names.outputs = recipe.outputs;
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

namespace {

/// What the data's samples become where the recipe says so.
Shape reshaped(const Recipe& recipe, const Shape& own, const Shape& wanted, const std::string& where) {
  if (wanted.empty()) return own;
  require(element_count(wanted) == element_count(own), "{}: {}: shape is {}, but the samples of {} are {}",
          recipe.path.string(), where, to_string(wanted), recipe.data.paths[0], to_string(own));
  return wanted;
}

}  // namespace

void shape_data(const Recipe& recipe, DatasetSplits& data) {
  for (Dataset* part : {&data.train, &data.test}) {
    if (recipe.data.scale) part->scale = *recipe.data.scale;
    if (part->parts.empty()) {
      part->sample_shape = reshaped(recipe, part->sample_shape, recipe.sample_shape, "[data]");
    }
    for (std::size_t i = 0; i < part->parts.size() && i < recipe.inputs.size(); ++i) {
      const RecipeInput& input = recipe.inputs[i];
      part->parts[i] = reshaped(recipe, part->parts[i], input.shape, fmt::format("input '{}'", input.name));
    }
  }
}

DatasetSplits validation_parts(const Recipe& recipe, const DatasetSplits& data) {
  if (recipe.validation_split > 0.0f) {
    return hold_out(data.train, double{recipe.validation_split}, recipe.seed);
  }
  require(data.test.size() > 0, "{}: {} has no test part; give [train] validation_split = 0.1, or [data] test",
          recipe.path.string(), data.train.source);
  return data;
}

Model build_model(const Recipe& recipe, const Dataset& data) {
  return with_context(recipe.path.string(), [&] { return build(recipe, data.input_shapes()); });
}

Model build_model(const Recipe& recipe, const Shape& sample_shape) {
  return with_context(recipe.path.string(), [&] {
    std::vector<Shape> shapes = {sample_shape};
    for (std::size_t i = 1; i < recipe.inputs.size(); ++i) {
      require(!recipe.inputs[i].shape.empty(), "the input '{}' needs a shape", recipe.inputs[i].name);
      shapes.push_back(recipe.inputs[i].shape);
    }
    return build(recipe, shapes);
  });
}

}  // namespace thimble
