#include <algorithm>
#include <cctype>
#include <map>

#include "base/error.h"
#include "io/keras.h"
#include "io/keras_integers.h"
#include "io/keras_layout.h"
#include "io/regularizer.h"
#include "io/wrapped_layer.h"
#include "ops/op.h"
#include "ops/training_codec.h"
#include "wire/keras.h"

namespace thimble {
namespace {

using nlohmann::json;

/// A shape as Keras writes it: the batch is open.
json batch_shape(const Shape& shape) {
  json result = shape;
  if (!shape.empty()) result[0] = nullptr;
  return result;
}

json value_of(const AttributeValue& value, LayerArgument::Kind kind) {
  if (kind == LayerArgument::Kind::kPadding) {
    const auto& sides = std::get<std::vector<std::int64_t>>(value);
    return {{sides[0], sides[1]}, {sides[2], sides[3]}};
  }
  return std::visit([](const auto& held) { return json(held); }, value);
}

/// The layer's own arguments. What Keras has beyond them (initializers) keeps its default.
json config_of(const Layer& layer) {
  const LayerCodec* codec = find_layer(layer.class_name);
  ensure(codec != nullptr, "no layer is called {}", layer.class_name);
  json config = {{"name", layer.name}, {"trainable", true}, {"dtype", "float32"}};
  for (const LayerArgument& argument : codec->arguments) {
    for (const auto& [name, value] : layer.config) {
      if (name == argument.name) config[name] = value_of(value, argument.kind);
    }
  }
  if (codec->wraps) return wrapped_config(config, layer.name);
  for (const LayerWeight& weight : layer.weights) {
    const json regularizer = regularizer_json(weight);
    if (!regularizer.is_null()) config[regularizer_argument(weight)] = regularizer;
  }
  return config;
}

/// The shape or shapes that the layer was built for; Keras makes its variables from them.
json build_config_of(const Model& model, const Layer& layer) {
  json shapes = json::array();
  for (const TensorId id : layer.calls[0].inputs) shapes.push_back(batch_shape(model.graph.tensor(id).shape));
  return {{"input_shape", shapes.size() == 1 ? shapes[0] : shapes}};
}

json layer_json(const Model& model, const Layer& layer) {
  json result = {{"module", "keras.layers"},
                 {"class_name", layer.class_name},
                 {"config", config_of(layer)},
                 {"registered_name", nullptr}};
  // What takes several inputs by name is built when it is called.
  if (!find_layer(layer.class_name)->inputs_apart) result["build_config"] = build_config_of(model, layer);
  return result;
}

json input_json(const Tensor& input) {
  return {{"module", "keras.layers"},
          {"class_name", "InputLayer"},
          {"config",
           {{"batch_shape", batch_shape(input.shape)}, {"dtype", "float32"}, {"name", keras_input_name(input.name)}}},
          {"registered_name", nullptr}};
}

/// Of an entry of keras_layer_order that stands for an input.
std::size_t input_number(int index) { return static_cast<std::size_t>(-1 - index); }

bool is_sequential(const Model& model) {
  if (model.graph.inputs.size() != 1) return false;
  TensorId last = model.graph.inputs[0];
  for (const Layer& layer : model.layers) {
    if (layer.calls.size() != 1 || layer.calls[0].inputs != std::vector<TensorId>{last}) return false;
    last = layer.calls[0].output;
  }
  return model.graph.outputs == std::vector<TensorId>{last};
}

json sequential_config(const Model& model, const std::string& name) {
  json layers = {input_json(model.graph.tensor(model.graph.inputs[0]))};
  for (const Layer& layer : model.layers) layers.push_back(layer_json(model, layer));
  return {{"name", name},
          {"trainable", true},
          {"dtype", "float32"},
          {"layers", layers},
          {"build_input_shape", batch_shape(model.graph.tensor(model.graph.inputs[0]).shape)}};
}

/// Which call of which layer makes each tensor, as Keras writes it: ["dense", 0, 0].
std::map<TensorId, json> makers_of(const Model& model) {
  std::map<TensorId, json> makers;
  for (const TensorId id : model.graph.inputs) makers[id] = {keras_input_name(model.graph.tensor(id).name), 0, 0};
  for (const Layer& layer : model.layers) {
    for (std::size_t i = 0; i < layer.calls.size(); ++i) makers[layer.calls[i].output] = {layer.name, i, 0};
  }
  return makers;
}

json inbound_node(const Model& model, const Layer& layer, const LayerCall& call,
                  const std::map<TensorId, json>& makers) {
  json arguments = json::array();
  for (const TensorId id : call.inputs) {
    arguments.push_back({{"class_name", "__keras_tensor__"},
                         {"config",
                          {{"shape", batch_shape(model.graph.tensor(id).shape)},
                           {"dtype", "float32"},
                           {"keras_history", makers.at(id)}}}});
  }
  const bool apart = find_layer(layer.class_name)->inputs_apart;
  return {{"args", apart ? arguments : json::array({arguments.size() == 1 ? arguments[0] : arguments})},
          {"kwargs", json::object()}};
}

/// One end by itself, several as a list.
json ends_of(const std::vector<TensorId>& ends, const std::map<TensorId, json>& makers) {
  if (ends.size() == 1) return makers.at(ends[0]);
  json result = json::array();
  for (const TensorId id : ends) result.push_back(makers.at(id));
  return result;
}

json functional_config(const Model& model, const std::string& name, const std::vector<int>& order) {
  const std::map<TensorId, json> makers = makers_of(model);
  json layers = json::array();
  for (const int index : order) {
    const bool is_input = index < 0;
    json entry = is_input ? input_json(model.graph.tensor(model.graph.inputs[input_number(index)]))
                          : layer_json(model, model.layers[static_cast<std::size_t>(index)]);
    entry["name"] = entry["config"]["name"];
    entry["inbound_nodes"] = json::array();
    if (!is_input) {
      const Layer& layer = model.layers[static_cast<std::size_t>(index)];
      for (const LayerCall& call : layer.calls) {
        entry["inbound_nodes"].push_back(inbound_node(model, layer, call, makers));
      }
    }
    layers.push_back(entry);
  }
  return {{"name", name},
          {"trainable", true},
          {"layers", layers},
          {"input_layers", ends_of(model.graph.inputs, makers)},
          {"output_layers", ends_of(model.graph.outputs, makers)}};
}

/// Whether the learning rate is one of Keras's schedules.
bool is_scheduled(const OptimizerState& optimizer) {
  const ScheduleCodec* codec = find_schedule(optimizer.schedule.class_name);
  return codec != nullptr && codec->in_keras;
}

json attributes_json(const Attributes& attributes) {
  json result = json::object();
  for (const auto& [name, value] : attributes) {
    result[name] = std::visit([](const auto& held) { return json(held); }, value);
  }
  return result;
}

json schedule_json(const LearningRateSchedule& schedule) {
  json config = attributes_json(schedule.config);
  if (!schedule.values.empty()) config["values"] = schedule.values;
  return {{"module", "keras.optimizers.schedules"},
          {"class_name", schedule.class_name},
          {"config", config},
          {"registered_name", nullptr}};
}

bool is_crossentropy(const OutputLoss& loss) { return loss.class_name.find("Crossentropy") != std::string::npos; }

json loss_json(const OutputLoss& loss) {
  json config = attributes_json(loss.config);
  config["name"] = keras_snake_case(loss.class_name);
  config["reduction"] = "sum_over_batch_size";
  if (is_crossentropy(loss)) config["from_logits"] = loss.from_logits;
  return {
      {"module", "keras.losses"}, {"class_name", loss.class_name}, {"config", config}, {"registered_name", nullptr}};
}

json compile_config(const Model& model) {
  json optimizer = attributes_json(model.optimizer.config);
  optimizer["name"] = keras_snake_case(model.optimizer.class_name);
  if (is_scheduled(model.optimizer)) optimizer["learning_rate"] = schedule_json(model.optimizer.schedule);
  json losses = json::array(), weights = json::array(), metrics = json::array();
  for (const OutputLoss& loss : model.losses) {
    losses.push_back(loss_json(loss));
    weights.push_back(loss.weight);
    metrics.push_back(is_crossentropy(loss) ? json::array({"accuracy"}) : json(nullptr));
  }
  const bool one = model.losses.size() == 1;
  return {{"optimizer",
           {{"module", "keras.optimizers"},
            {"class_name", model.optimizer.class_name},
            {"config", optimizer},
            {"registered_name", nullptr}}},
          {"loss", one ? losses[0] : losses},
          {"loss_weights", one ? json(nullptr) : weights},
          {"metrics", one ? metrics[0] : metrics},
          {"weighted_metrics", nullptr},
          {"run_eagerly", false},
          {"steps_per_execution", 1},
          {"jit_compile", false}};
}

/// `values`, in the graph's layout, as Keras's variable.
NpyArray variable(const Model& model, const LayerWeight& weight, std::span<const float> values) {
  const Shape& shape = model.graph.tensor(weight.tensor).shape;
  const KerasLayout layout = keras_layout(weight, shape);
  std::vector<float> moved(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) moved[layout.keras_index(i)] = values[i];
  return make_npy<float>({layout.keras_shape.begin(), layout.keras_shape.end()}, moved);
}

void put_layer(const Model& model, const Layer& layer, const std::string& path, Hdf5File& weights) {
  std::map<std::string, std::vector<NpyArray>> holders = {{"", {}}};
  for (const LayerWeight& weight : layer.weights) {
    holders[weight.holder].push_back(variable(model, weight, model.graph.tensor(weight.tensor).values<float>()));
  }
  for (auto& [holder, variables] : holders) {
    put_keras_variables(weights, holder.empty() ? path : path + "/" + holder, holder.empty() ? layer.name : holder,
                        std::move(variables));
  }
}

template <typename T>
NpyArray scalar(T value) {
  return make_npy<T>({}, std::span<const T>(&value, 1));
}

/// In Keras's order: iterations, learning rate, moving averages, slots.
void put_optimizer(const Model& model, const std::vector<int>& order, Hdf5File& weights) {
  const OptimizerState& state = model.optimizer;
  const float rate = state.config.has("learning_rate") ? state.config.real("learning_rate") : 0.0f;
  std::vector<NpyArray> variables = {scalar<std::int64_t>(state.iterations)};
  if (!is_scheduled(state)) variables.push_back(scalar<float>(rate));
  std::vector<std::pair<const LayerWeight*, std::size_t>> trained;  // and their places in the slots
  for (const int index : order) {
    if (index < 0) continue;
    for (const LayerWeight& weight : model.layers[static_cast<std::size_t>(index)].weights) {
      const auto found = std::ranges::find(state.tensors, weight.tensor);
      if (found != state.tensors.end()) trained.emplace_back(&weight, found - state.tensors.begin());
    }
  }
  const bool averaged = state.config.has("use_ema") && state.config.flag("use_ema");
  const std::size_t own = state.slots.size() - (averaged && !state.slots.empty() ? 1 : 0);
  const auto put = [&](std::size_t slot, const auto& place) {
    variables.push_back(variable(model, *place.first, state.slots[slot][place.second]));
  };
  for (std::size_t s = own; s < state.slots.size(); ++s) {
    for (const auto& place : trained) put(s, place);
  }
  const OptimizerCodec* codec = find_optimizer(state.class_name);
  if (codec != nullptr && codec->interleaved) {
    for (const auto& place : trained) {
      for (std::size_t s = 0; s < own; ++s) put(s, place);
    }
  } else {
    for (std::size_t s = 0; s < own; ++s) {
      for (const auto& place : trained) put(s, place);
    }
  }
  put_keras_variables(weights, "optimizer", keras_snake_case(state.class_name), std::move(variables));
}

}  // namespace

Bytes write_keras(const Model& model) {
  const bool sequential = is_sequential(model);
  const std::vector<int> order = keras_layer_order(model);
  const std::string name = sequential ? "sequential" : "functional";
  KerasArchive archive;
  archive.metadata = {{"keras_version", "3.0.0"}, {"date_saved", "2000-01-01@00:00:00"}};
  archive.metadata.update(integer_forms_to_json(model));
  json shapes = json::array();
  for (const TensorId id : model.graph.inputs) shapes.push_back(batch_shape(model.graph.tensor(id).shape));
  // Keras has Functional under no public name.
  archive.config = {{"module", sequential ? "keras" : "keras.src.models.functional"},
                    {"class_name", sequential ? "Sequential" : "Functional"},
                    {"config", sequential ? sequential_config(model, name) : functional_config(model, name, order)},
                    {"registered_name", sequential ? json(nullptr) : json("Functional")},
                    {"build_config", {{"input_shape", shapes.size() == 1 ? shapes[0] : shapes}}}};
  KerasLayerPaths paths;
  for (const int index : order) {
    if (index >= 0) {
      const Layer& layer = model.layers[static_cast<std::size_t>(index)];
      put_layer(model, layer, paths.next(layer.class_name), archive.weights);
    } else if (!sequential) {
      const Tensor& input = model.graph.tensor(model.graph.inputs[input_number(index)]);
      put_keras_variables(archive.weights, paths.next("InputLayer"), keras_input_name(input.name), {});
    }
  }
  if (!model.optimizer.class_name.empty() && !model.losses.empty()) {
    archive.config["compile_config"] = compile_config(model);
    put_optimizer(model, order, archive.weights);
  }
  put_keras_variables(archive.weights, "", name, {});
  return write_keras(archive);
}

}  // namespace thimble
