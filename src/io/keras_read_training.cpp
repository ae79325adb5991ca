#include <algorithm>
#include <optional>

#include "io/keras_json.h"
#include "io/keras_layout.h"
#include "io/layer_config.h"
#include "ops/training_codec.h"

namespace thimble {
namespace {

using nlohmann::json;

/// The optimizer's variables behind the first `head` ones: moving averages, if there are any, then the slots.
void read_slots(const std::vector<NpyArray>& variables, std::size_t head, bool interleaved, Model& model) {
  OptimizerState& state = model.optimizer;
  std::vector<const LayerWeight*> trained;
  for (const Layer& layer : model.layers) {
    for (const LayerWeight& weight : layer.weights) {
      if (model.graph.tensor(weight.tensor).trainable) trained.push_back(&weight);
    }
  }
  constexpr std::size_t kMostSlots = 4;
  const std::size_t each = trained.empty() ? 0 : (variables.size() - head) / trained.size();
  require(each <= kMostSlots && head + each * trained.size() == variables.size(),
          "the optimizer has {} variables for {} weights", variables.size(), trained.size());
  const std::size_t averages = state.config.flag("use_ema") && each > 0 ? 1 : 0, own = each - averages;
  state.slots.resize(each);
  for (std::size_t i = 0; i < trained.size() && each > 0; ++i) {
    const Shape& shape = model.graph.tensor(trained[i]->tensor).shape;
    state.tensors.push_back(trained[i]->tensor);
    for (std::size_t s = 0; s < each; ++s) {
      const std::size_t first = head + averages * trained.size();
      const std::size_t place = s == own      ? head + i
                                : interleaved ? first + i * own + s
                                              : first + s * trained.size() + i;
      state.slots[s].push_back(values_from_keras(*trained[i], shape, variables[place]));
    }
  }
}

/// The schedule that stands in place of a learning rate; its class is empty if it is not one of ours.
LearningRateSchedule schedule_of(const json& value) {
  const ScheduleCodec* codec = find_schedule(text(value, "class_name"));
  const json& config = member(value, "config");
  if (codec == nullptr || !config.is_object()) return {};
  LearningRateSchedule schedule = {std::string(codec->class_name), config_from_json(codec->arguments, config), {}};
  for (const json& number : config.value("values", json::array())) schedule.values.push_back(number.get<double>());
  return schedule;
}

/// Whether Thimble trains as this configuration says: what it does not know must be off.
bool supported(const OptimizerCodec& codec, const json& config) {
  static const std::vector<std::string> kHarmless = {"name", "ema_momentum"};
  return std::ranges::all_of(config.items(), [&](const auto& item) {
    const bool known =
        std::ranges::any_of(codec.arguments, [&](const LayerArgument& a) { return a.name == item.key(); });
    if (item.key() == "learning_rate" && item.value().is_object()) return !schedule_of(item.value()).class_name.empty();
    if (known) return !item.value().is_structured();
    return item.value().is_null() || item.value() == false ||
           std::ranges::find(kHarmless, item.key()) != kHarmless.end();
  });
}

/// Null if Thimble does not have the loss.
std::optional<OutputLoss> loss_of(const json& value) {
  if (!value.is_object() && !value.is_string()) return std::nullopt;
  const LossCodec* codec = find_loss(value.is_string() ? value.get<std::string>() : text(value, "class_name"));
  if (codec == nullptr) return std::nullopt;
  const json config = value.is_object() ? member(value, "config") : json::object();
  OutputLoss loss;
  loss.class_name = codec->class_name;
  loss.from_logits = codec->has_from_logits && config.value("from_logits", json(false)) == true;
  loss.config = config_from_json(codec->arguments, config);
  return loss;
}

/// Keras's one value for all outputs, list of them, or table by the outputs' names; null if `output` has none.
json of_output(const json& given, std::size_t output, const Model& model) {
  const bool one = given.is_object() && given.contains("class_name");
  if (given.is_array()) return output < given.size() ? given[output] : json();
  if (!given.is_object() || one) return given;
  return given.value(model.graph.tensor(model.graph.outputs[output]).name, json());
}

/// The losses of all outputs; empty if Thimble does not have one of them.
std::vector<OutputLoss> losses_of(const json& compiled, const Model& model) {
  std::vector<OutputLoss> losses;
  const json weights = compiled.value("loss_weights", json());
  for (std::size_t i = 0; i < model.graph.outputs.size(); ++i) {
    std::optional<OutputLoss> loss = loss_of(of_output(compiled.value("loss", json()), i, model));
    if (!loss) return {};
    const json weight = of_output(weights, i, model);
    if (weight.is_number()) loss->weight = weight.get<double>();
    losses.push_back(std::move(*loss));
  }
  return losses;
}

}  // namespace

void read_training(const KerasArchive& archive, Model& model) {
  const auto compiled = archive.config.find("compile_config");
  if (compiled == archive.config.end() || !compiled->is_object()) return;
  const json optimizer = compiled->value("optimizer", json());
  if (!optimizer.is_object()) return;
  const OptimizerCodec* optimizer_codec = find_optimizer(text(optimizer, "class_name"));
  const std::vector<OutputLoss> losses = losses_of(*compiled, model);
  if (optimizer_codec == nullptr || losses.empty()) return;
  json config = member(optimizer, "config");
  if (!config.is_object() || !supported(*optimizer_codec, config)) return;
  OptimizerState& state = model.optimizer;
  const bool scheduled = config.contains("learning_rate") && config["learning_rate"].is_object();
  if (scheduled) {
    state.schedule = schedule_of(config["learning_rate"]);
    config.erase("learning_rate");
  }
  model.losses = losses;
  state.class_name = optimizer_codec->class_name;
  state.config = config_from_json(optimizer_codec->arguments, config);
  const std::vector<NpyArray> variables = keras_variables(archive.weights, "optimizer");
  const std::size_t head = scheduled ? 1 : 2;
  if (variables.size() < head) return;
  require(variables[0].type == NpyType::kInt64 && variables[0].values<std::int64_t>().size() == 1,
          "the optimizer's iterations are not one int64");
  state.iterations = variables[0].values<std::int64_t>()[0];
  if (!scheduled) {
    require(variables[1].type == NpyType::kFloat32 && variables[1].values<float>().size() == 1,
            "the optimizer's learning rate is not one float32");
    const float rate =
        variables[1].values<float>()[0];  // what a callback may have made of the one in the configuration
    if (rate != state.config.real("learning_rate")) state.config.set("learning_rate", double{rate});
  }
  read_slots(variables, head, optimizer_codec->interleaved, model);
}

}  // namespace thimble
