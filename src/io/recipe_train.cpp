#include <algorithm>

#include "base/error.h"
#include "io/layer_config.h"
#include "io/names.h"
#include "io/recipe_parts.h"
#include "ops/training_codec.h"

namespace thimble {
namespace {

using nlohmann::json;
using Kind = LayerArgument::Kind;

constexpr const char* kRate = "learning_rate";

template <typename Codec>
std::vector<std::string_view> class_names(std::span<const Codec> codecs) {
  std::vector<std::string_view> names;
  for (const Codec& codec : codecs) names.push_back(codec.class_name);
  return names;
}

template <typename Codec>
std::vector<std::string_view> short_names(std::span<const Codec> codecs) {
  std::vector<std::string_view> names;
  for (const Codec& codec : codecs) names.push_back(codec.name);
  return names;
}

/// Whether the last layer's activation is the loss's own.
bool ends_with(const RecipeLayer& layer, std::string_view class_name, std::string_view activation) {
  return (layer.codec && layer.codec->class_name == class_name) ||
         (layer.config.has("activation") && layer.config.text("activation") == activation);
}

std::vector<double> numbers_of(const json& value, const std::string& name) {
  require(value.is_array() && !value.empty(), "{} = {}: expected a list of numbers", name, value.dump());
  std::vector<double> numbers;
  for (const json& number : value) {
    require(number.is_number(), "{} = {}: expected a list of numbers", name, value.dump());
    numbers.push_back(number.get<double>());
  }
  return numbers;
}

/// learning_rate = {type = "CosineDecay", ...}.
LearningRateSchedule schedule_of(const json& table) {
  require(table.contains("type") && table["type"].is_string(), "the argument type is missing; name one of {}",
          "Keras's learning rate schedules");
  const std::string type = table["type"].get<std::string>();
  const ScheduleCodec* codec = find_schedule(type);
  require(codec != nullptr, "{}", unknown_name("schedule", type, class_names(schedule_codecs())));
  const bool has_values = type == "PiecewiseConstantDecay";
  std::vector<std::string_view> known = names_of(codec->arguments, {"type"});
  if (has_values) known.push_back("values");
  require_known(table, "argument", known);
  LearningRateSchedule schedule = {type, config_from_json(codec->arguments, table), {}};
  if (has_values) schedule.values = numbers_of(table.value("values", json()), "values");
  return schedule;
}

/// A schedule's first rate.
double first_rate(const LearningRateSchedule& schedule) {
  for (const char* name : {"initial_learning_rate", "max_learning_rate"}) {
    if (schedule.config.has(name)) return double{schedule.config.real(name)};
  }
  return schedule.values.at(0);
}

/// Numbers that would let the weights grow without an end.
void check_ranges(const Attributes& config, const std::vector<double>& values = {}) {
  const auto check = [](std::string_view name, double value, bool below_one) {
    require(value >= 0.0 && (!below_one || value < 1.0), "{} = {}: must be {}", name, value,
            below_one ? "from 0 to below 1" : "at least 0");
  };
  for (const char* name : {"learning_rate", "initial_learning_rate", "end_learning_rate", "max_learning_rate",
                           "warmup_target", "epsilon", "weight_decay"}) {
    if (config.has(name)) check(name, double{config.real(name)}, false);
  }
  for (const char* name : {"momentum", "beta_1", "beta_2", "rho"}) {
    if (config.has(name)) check(name, double{config.real(name)}, true);
  }
  for (const double value : values) check("values", value, false);
}

void read_optimizer(json table, const OptimizerCodec& codec, Recipe& recipe) {
  if (table.contains(kRate) && table[kRate].is_object()) {
    recipe.optimizer.schedule = with_context(kRate, [&] { return schedule_of(table[kRate]); });
    with_context(kRate, [&] { check_ranges(recipe.optimizer.schedule.config, recipe.optimizer.schedule.values); });
    table[kRate] = first_rate(recipe.optimizer.schedule);
  }
  recipe.optimizer.class_name = codec.class_name;
  recipe.optimizer.config = config_from_json(codec.arguments, table);
  check_ranges(recipe.optimizer.config);
}

const LossCodec& loss_named(const std::string& name, const json& arguments) {
  const LossCodec* codec = find_loss(name);
  require(codec != nullptr, "{}", unknown_name("loss", name, short_names(loss_codecs())));
  // With smoothed labels, Keras knows it under this name only; integer labels stand for their one-hot vectors.
  const bool smoothed = codec->class_name == "SparseCategoricalCrossentropy" && arguments.contains("label_smoothing");
  return smoothed ? *find_loss("CategoricalCrossentropy") : *codec;
}

OutputLoss loss_of(const json& arguments, const LossCodec& codec, const RecipeLayer& last) {
  const bool binary = codec.class_name == "BinaryCrossentropy";
  const bool activated = binary ? ends_with(last, "Sigmoid", "sigmoid") : ends_with(last, "Softmax", "softmax");
  const std::vector<LayerArgument> from_logits = {
      {.kind = Kind::kBool, .name = "from_logits", .default_value = !activated}};
  OutputLoss loss;
  loss.class_name = codec.class_name;
  loss.from_logits = config_from_json(from_logits, arguments).flag("from_logits") && codec.has_from_logits;
  loss.config = config_from_json(codec.arguments, arguments);
  return loss;
}

/// The layer that makes an output; of one that is used again, the layer itself.
const RecipeLayer& layer_of(const Recipe& recipe, const std::string& output) {
  const RecipeLayer* layer = &*std::ranges::find(recipe.layers, output, &RecipeLayer::name);
  const auto original = std::ranges::find(recipe.layers, layer->call, &RecipeLayer::name);
  return layer->codec || original == recipe.layers.end() ? *layer : *original;
}

/// Of a table with an entry for each output.
const json& entry_of(const json& table, const std::string& output, const char* what) {
  require(table.contains(output), "{}: the output '{}' has none; give one for each", what, output);
  return table[output];
}

/// loss = {digit = "sparse_categorical_crossentropy", size = {type = "huber", delta = 2.0}}: of each output.
void read_losses(const json& table, Recipe& recipe) {
  const json& given = table["loss"];
  require_known(given, "output of loss", {recipe.outputs.begin(), recipe.outputs.end()});
  for (const std::string& output : recipe.outputs) {
    with_context("loss of '" + output + "'", [&] {
      json entry = entry_of(given, output, "loss");
      if (entry.is_string()) entry = {{"type", entry}};
      require(entry.is_object() && entry.contains("type") && entry["type"].is_string(),
              "expected a loss's name, or a table with its type and arguments");
      const LossCodec& codec = loss_named(entry["type"].get<std::string>(), entry);
      require_known(entry, "argument", names_of(codec.arguments, {"type", "from_logits"}));
      recipe.losses.push_back(loss_of(entry, codec, layer_of(recipe, output)));
    });
  }
}

/// loss_weights = {digit = 1.0, size = 0.2}, or a list of them.
void read_loss_weights(const json& table, Recipe& recipe) {
  if (!table.contains("loss_weights")) return;
  const json& given = table["loss_weights"];
  require(recipe.outputs.size() > 1, "loss_weights is for models with several outputs");
  require(given.is_object() || (given.is_array() && given.size() == recipe.outputs.size()),
          "loss_weights = {}: expected a number for each output", given.dump());
  if (given.is_object()) require_known(given, "output of loss_weights", {recipe.outputs.begin(), recipe.outputs.end()});
  for (std::size_t i = 0; i < recipe.outputs.size(); ++i) {
    const json& weight = given.is_array() ? given[i] : entry_of(given, recipe.outputs[i], "loss_weights");
    require(weight.is_number() && weight.get<double>() >= 0.0, "loss_weights: {} is no weight", weight.dump());
    recipe.losses[i].weight = weight.get<double>();
  }
}

RecipeClassWeight class_weight_of(const json& given) {
  if (given == "balanced") return {.factors = {}, .balanced = true};
  require(given.is_array(), "class_weight = {}: expected \"balanced\" or a list with a number for each class",
          given.dump());
  RecipeClassWeight result;
  for (const double number : numbers_of(given, "class_weight")) {
    require(number >= 0.0, "class_weight = {}: no weight may be below 0", given.dump());
    result.factors.push_back(static_cast<float>(number));
  }
  return result;
}

/// class_weight = [1.0, 2.0] or "balanced"; of several outputs, of those that are named: {digit = "balanced"}.
void read_class_weight(const json& table, Recipe& recipe) {
  const auto found = table.find("class_weight");
  if (found == table.end()) return;
  if (recipe.outputs.size() < 2) {
    recipe.class_weight = class_weight_of(*found);
    return;
  }
  require(found->is_object(), "class_weight = {}: of several outputs, say which: {{{} = \"balanced\"}}", found->dump(),
          recipe.outputs[0]);
  require_known(*found, "output of class_weight", {recipe.outputs.begin(), recipe.outputs.end()});
  for (const auto& [output, given] : found->items()) recipe.output_class_weight[output] = class_weight_of(given);
}

std::vector<std::string> metrics_of(const json& metrics) {
  std::vector<std::string> names;
  require(metrics.is_array(), "metrics = {}: expected a list of names", metrics.dump());
  for (const json& metric : metrics) {
    require(metric.is_string(), "metrics = {}: expected a list of names", metrics.dump());
    if (metric != "accuracy") names.push_back(metric.get<std::string>());  // which is always there
  }
  return names;
}

/// metrics = ["auc"], or of single outputs: {digit = ["auc"]}.
void read_metrics(const json& table, Recipe& recipe) {
  const json metrics = table.value("metrics", json::array());
  if (!metrics.is_object()) {
    recipe.metrics = metrics_of(metrics);
    return;
  }
  require_known(metrics, "output of metrics", {recipe.outputs.begin(), recipe.outputs.end()});
  for (const auto& [output, names] : metrics.items()) recipe.output_metrics[output] = metrics_of(names);
}

}  // namespace

void require_known(const json& table, const std::string& what, const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : table.items()) {
    require(std::ranges::find(known, std::string_view(name)) != known.end(), "{}", unknown_name(what, name, known));
  }
}

std::vector<std::string_view> names_of(std::span<const LayerArgument> arguments, std::vector<std::string_view> more) {
  std::vector<std::string_view> names;
  for (const LayerArgument& argument : arguments) names.push_back(argument.name);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

json table_of(const json& file, const std::string& name) {
  json table = file.value(name, json::object());
  require(table.is_object(), "{} must be a table: [{}]", name, name);
  return table;
}

namespace {

/// Names the loss's arguments, or the table of each output's loss.
std::vector<std::string_view> read_any_losses(const json& table, Recipe& recipe) {
  if (table.contains("loss") && table["loss"].is_object()) {
    require(!recipe.outputs.empty(), "loss is a table, but the recipe names no outputs: outputs = [...]");
    read_losses(table, recipe);
    return {};
  }
  const std::vector<LayerArgument> name = {
      {.kind = Kind::kText, .name = "loss", .default_value = std::string("sparse_categorical_crossentropy")}};
  const LossCodec& codec = loss_named(config_from_json(name, table).text("loss"), table);
  for (const std::string& output : recipe.outputs) {
    recipe.losses.push_back(loss_of(table, codec, layer_of(recipe, output)));
  }
  if (recipe.outputs.empty()) recipe.losses.push_back(loss_of(table, codec, recipe.layers.back()));
  return names_of(codec.arguments, {"from_logits"});
}

}  // namespace

void read_train(const json& table, Recipe& recipe) {
  const std::vector<LayerArgument> arguments = {
      {.kind = Kind::kText, .name = "optimizer", .default_value = std::string("adam")},
      {.kind = Kind::kInt, .name = "batch_size", .default_value = std::int64_t{32}},
      {.kind = Kind::kInt, .name = "shuffle_buffer", .default_value = std::int64_t{0}, .least = 0},
      {.kind = Kind::kInt, .name = "epochs", .default_value = std::int64_t{1}},
      {.kind = Kind::kInt, .name = "seed", .default_value = static_cast<std::int64_t>(recipe.seed), .least = 0},
      {.kind = Kind::kFloat, .name = "validation_split", .default_value = 0.0},
      {.kind = Kind::kInt, .name = "folds", .default_value = std::int64_t{0}, .least = 0},
      {.kind = Kind::kInt, .name = "top_k", .default_value = std::int64_t{5}}};
  const Attributes config = config_from_json(arguments, table);
  const OptimizerCodec* optimizer = find_optimizer(config.text("optimizer"));
  require(optimizer != nullptr, "{}",
          unknown_name("optimizer", config.text("optimizer"), short_names(optimizer_codecs())));
  std::vector<std::string_view> known = names_of(optimizer->arguments, names_of(arguments));
  for (const std::string_view argument : read_any_losses(table, recipe)) known.push_back(argument);
  for (const char* more : {"loss", "loss_weights", "class_weight", "metrics"}) known.emplace_back(more);
  require_known(table, "argument", known);
  read_optimizer(table, *optimizer, recipe);
  read_loss_weights(table, recipe);
  read_class_weight(table, recipe);
  read_metrics(table, recipe);
  recipe.batch_size = config.integer("batch_size");
  recipe.shuffle_buffer = static_cast<std::size_t>(config.integer("shuffle_buffer"));
  recipe.epochs = config.integer("epochs");
  recipe.seed = static_cast<std::uint64_t>(config.integer("seed"));
  recipe.top_k = config.integer("top_k");
  recipe.validation_split = config.real("validation_split");
  require(recipe.validation_split >= 0.0f && recipe.validation_split < 1.0f,
          "validation_split = {}: must be from 0 to below 1", recipe.validation_split);
  recipe.folds = config.integer("folds");
  require(recipe.folds != 1, "folds = 1: two are the least");
  require(recipe.folds == 0 || recipe.validation_split == 0.0f, "give validation_split or folds, not both");
}

void read_callbacks(const json& file, Recipe& recipe) {
  const json tables = file.value("callbacks", json::array());
  require(tables.is_array(), "callbacks must be tables: [[callbacks]]");
  for (std::size_t i = 0; i < tables.size(); ++i) {
    with_context(fmt::format("callback {}", i + 1), [&] {
      const json& table = tables[i];
      require(table.is_object() && table.contains("type") && table["type"].is_string(),
              "the argument type is missing; name one of Keras's callbacks");
      const std::string type = table["type"].get<std::string>();
      const CallbackCodec* codec = find_callback(type);
      require(codec != nullptr, "{}", unknown_name("callback", type, class_names(callback_codecs())));
      require_known(table, "argument", names_of(codec->arguments, {"type"}));
      recipe.callbacks.push_back({type, config_from_json(codec->arguments, table)});
    });
  }
}

void read_distillation(const json& table, Recipe& recipe) {
  if (table.empty()) return;
  const std::vector<LayerArgument> arguments = {{.kind = Kind::kText, .name = "teacher", .required = true},
                                                {.kind = Kind::kFloat, .name = "alpha", .default_value = 0.1},
                                                {.kind = Kind::kFloat, .name = "temperature", .default_value = 3.0}};
  require_known(table, "argument", names_of(arguments));
  const Attributes config = config_from_json(arguments, table);
  RecipeDistillation& distillation = recipe.distillation;
  distillation.teacher = (recipe.path.parent_path() / config.text("teacher")).lexically_normal();
  distillation.alpha = config.real("alpha");
  distillation.temperature = config.real("temperature");
  require(distillation.alpha >= 0.0f && distillation.alpha <= 1.0f, "alpha = {}: must be from 0 to 1",
          distillation.alpha);
  require(distillation.temperature > 0.0f, "temperature = {}: must be above 0", distillation.temperature);
}

}  // namespace thimble
