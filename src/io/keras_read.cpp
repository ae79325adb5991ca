#include <algorithm>
#include <map>

#include "base/error.h"
#include "io/keras.h"
#include "io/keras_integers.h"
#include "io/keras_layout.h"
#include "io/layer_config.h"
#include "io/model_builder.h"
#include "io/regularizer.h"
#include "ops/op.h"
#include "ops/training_codec.h"
#include "wire/keras.h"

namespace thimble {
namespace {

using nlohmann::json;

/// A member that must be there. What Keras writes has it; a file may hold anything.
const json& member(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  require(object.is_object() && found != object.end(), "config.json lacks '{}' where Keras writes it", name);
  return *found;
}

std::string text(const json& object, const char* name) {
  const json& value = member(object, name);
  require(value.is_string(), "config.json: '{}' is not a text", name);
  return value.get<std::string>();
}

const json& list(const json& object, const char* name) {
  const json& value = member(object, name);
  require(value.is_array(), "config.json: '{}' is not a list", name);
  return value;
}

/// The shape of a sample, from one with an open batch: [null, 28, 28, 1].
Shape sample_shape(const json& shape) {
  require(shape.is_array() && !shape.empty(), "config.json: the input's shape is missing; build the model first");
  Shape result;
  for (const json& size : shape) {
    if (&size == &shape[0]) continue;
    require(size.is_number_integer() && size.get<std::int64_t>() > 0 && size.get<std::int64_t>() < (1 << 24),
            "the input's shape is {}; every dimension but the batch must be fixed", shape.dump());
    result.push_back(size.get<int>());
  }
  return result;
}

/// The variables of one layer after the other, as the graph lays them out.
class KerasWeights final : public WeightSource {
 public:
  explicit KerasWeights(const Hdf5File& file) : file_(file) {}

  void begin(std::string path) {
    path_ = std::move(path);
    parts_.clear();
    part("");
  }
  bool done() const {
    return std::ranges::all_of(parts_,
                               [](const auto& entry) { return entry.second.next == entry.second.variables.size(); });
  }

  std::vector<float> values(const WeightSpec& spec) override {
    Part& holder = part(std::string(spec.holder));
    require(holder.next < holder.variables.size(), "the weights of '{}' are missing", spec.name);
    const LayerWeight weight = {std::string(spec.name), kNoTensor, spec.permutation, spec.keras_shape};
    return from_keras(weight, spec.shape, holder.variables[holder.next++]);
  }

  static std::vector<float> from_keras(const LayerWeight& weight, const Shape& shape, const NpyArray& variable) {
    const KerasLayout layout = keras_layout(weight, shape);
    const std::vector<std::int64_t> expected(layout.keras_shape.begin(), layout.keras_shape.end());
    require(std::ranges::equal(variable.shape, expected), "the weights of '{}' do not have the shape {}", weight.name,
            to_string(layout.keras_shape));
    require(variable.type == NpyType::kFloat32, "the weights of '{}' are not float32", weight.name);
    const auto from = variable.values<float>();
    std::vector<float> result(from.size());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = from[layout.keras_index(i)];
    return result;
  }

 private:
  struct Part {
    std::vector<NpyArray> variables;
    std::size_t next = 0;
  };
  /// The layer itself, or what it is made of.
  Part& part(const std::string& holder) {
    const auto found = parts_.find(holder);
    if (found != parts_.end()) return found->second;
    return parts_[holder] = {keras_variables(file_, holder.empty() ? path_ : path_ + "/" + holder), 0};
  }

  const Hdf5File& file_;
  std::string path_;
  std::map<std::string, Part> parts_;
};

/// Whether an argument that Thimble does not know changes nothing: how weights are made and kept in training, and
/// choices that are the only ones here.
bool changes_nothing(const std::string& name, const json& value) {
  static const std::vector<std::string> kHarmless = {"name", "trainable", "dtype", "autocast", "renorm_momentum"};
  if (value.is_null() || value == false || std::ranges::find(kHarmless, name) != kHarmless.end()) return true;
  for (const char* ending : {"_initializer", "_regularizer", "_constraint"}) {
    if (name.ends_with(ending)) return true;
  }
  return (name == "data_format" && value == "channels_last") || (name == "groups" && value == 1);
}

/// The name of an initializer, which Keras writes as an object. One that is not known does not matter: the weights are
/// there.
json initializer_name(const LayerArgument& argument, const json& value) {
  std::string name;
  if (value.is_string()) name = value.get<std::string>();
  if (value.is_object()) name = value.value("class_name", "");
  name = keras_snake_case(name);
  const bool known = std::ranges::find(kInitializers, std::string_view(name)) != kInitializers.end();
  return known ? json(name) : json(std::get<std::string>(argument.default_value));
}

Attributes layer_config(const LayerCodec& codec, const json& given) {
  json config = given;
  for (const LayerArgument& argument : codec.arguments) {
    const std::string name(argument.name);
    if (argument.name.ends_with("_initializer") && config.contains(name)) {
      config[name] = initializer_name(argument, config[name]);
    }
  }
  for (const auto& [name, value] : config.items()) {
    const bool known =
        std::ranges::any_of(codec.arguments, [&name = name](const LayerArgument& a) { return a.name == name; });
    require(known || changes_nothing(name, value), "{} = {} is not supported", name, value.dump());
  }
  return config_from_json(codec.arguments, config);
}

/// The names of the layers whose outputs are in `arguments`, in order.
void find_inputs(const json& arguments, int depth, std::vector<std::string>& names) {
  require(depth > 0, "config.json: inbound_nodes are nested too deeply");
  if (arguments.is_object() && arguments.value("class_name", json()) == "__keras_tensor__") {
    const json& history = list(member(arguments, "config"), "keras_history");
    require(history.size() == 3 && history[0].is_string() && history[1] == 0 && history[2] == 0,
            "layers that are used twice, or have several outputs, are not supported");
    names.push_back(history[0].get<std::string>());
  } else if (arguments.is_structured()) {
    for (const json& argument : arguments) find_inputs(argument, depth - 1, names);
  }
}

std::vector<std::string> inputs_of(const json& layer) {
  const json& nodes = list(layer, "inbound_nodes");
  require(nodes.size() == 1, "the layer is used {} times; only once is supported", nodes.size());
  std::vector<std::string> names;
  find_inputs(nodes, 12, names);
  return names;
}

/// "dense" of ["dense", 0, 0] or [["dense", 0, 0]].
std::string single_end(const json& config, const char* name) {
  const json* end = &list(config, name);
  if (end->size() == 1 && (*end)[0].is_array()) end = &(*end)[0];
  require(end->size() == 3 && (*end)[0].is_string(), "the model's {} are not one; only one is supported", name);
  return (*end)[0].get<std::string>();
}

class Reader {
 public:
  explicit Reader(const KerasArchive& archive)
      : archive_(archive),
        config_(member(archive.config, "config")),
        builder_(config_name()),
        weights_(archive.weights) {
    const std::string kind = text(archive.config, "class_name");
    require(kind == "Sequential" || kind == "Functional",
            "is a Keras model of the class {}; Sequential and Functional ones are read", kind);
    sequential_ = kind == "Sequential";
  }

  Model read() {
    for (const json& layer : list(config_, "layers")) {
      const json& config = member(layer, "config");
      with_context(fmt::format("layer '{}'", text(config, "name")), [&] { add(text(layer, "class_name"), layer); });
    }
    require(!outputs_.empty(), "the model has no layers");
    if (sequential_) return finished(last_);
    const std::string end = single_end(config_, "output_layers");
    require(outputs_.contains(end), "there is no layer '{}' for the output", end);
    return finished(outputs_.at(end));
  }

 private:
  /// Those of a kind that Thimble does not train with are left out.
  static std::vector<WeightRegularizer> known_regularizers(json config) {
    for (auto& [name, value] : config.items()) {
      const bool known = value.is_object() &&
                         (value.value("class_name", json()) == "L1" || value.value("class_name", json()) == "L2" ||
                          value.value("class_name", json()) == "L1L2");
      if (name.ends_with("_regularizer") && !known) value = nullptr;
    }
    return take_regularizers(config);
  }

  /// The model with its regularizers.
  Model finished(TensorId output) {
    Model model = builder_.finish(output);
    for (std::size_t i = 0; i < model.layers.size(); ++i) regularize(model.layers[i], regularizers_[i]);
    return model;
  }

  std::string config_name() const { return config_.contains("name") ? text(config_, "name") : "model"; }

  void add(const std::string& class_name, const json& layer) {
    const json& config = layer["config"];
    const std::string name = text(config, "name");
    if (class_name == "InputLayer") {
      require(outputs_.empty(), "a second input; models with one are supported");
      last_ = builder_.add_input(name, sample_shape(member(config, "batch_shape")));
      if (!sequential_) paths_.next(class_name);
    } else {
      if (outputs_.empty()) add_missing_input();
      add_layer(class_name, name, layer);
    }
    outputs_[name] = last_;
  }

  /// Sequential models may leave their input out; then they say what they were built for.
  void add_missing_input() {
    require(sequential_, "the model does not begin with an InputLayer");
    last_ = builder_.add_input("input_layer", sample_shape(member(config_, "build_input_shape")));
  }

  void add_layer(const std::string& class_name, const std::string& name, const json& layer) {
    const LayerCodec* codec = find_layer(class_name);
    require(codec != nullptr, "layers of the class {} are not supported", class_name);
    std::vector<TensorId> inputs;
    if (sequential_) inputs.push_back(last_);
    for (const std::string& input : sequential_ ? std::vector<std::string>{} : inputs_of(layer)) {
      require(outputs_.contains(input), "reads the layer '{}', which is not before it", input);
      inputs.push_back(outputs_.at(input));
    }
    weights_.begin(paths_.next(class_name));
    last_ = builder_.add_layer(*codec, name, layer_config(*codec, layer["config"]), inputs, weights_);
    require(weights_.done(), "has more weights than its arguments ask for");
    regularizers_.push_back(known_regularizers(layer["config"]));
  }

  const KerasArchive& archive_;
  const json& config_;
  ModelBuilder builder_;
  bool sequential_ = true;
  KerasWeights weights_;
  KerasLayerPaths paths_;
  std::vector<std::vector<WeightRegularizer>> regularizers_;  // of each layer
  std::map<std::string, TensorId> outputs_;
  TensorId last_ = kNoTensor;
};

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
      state.slots[s].push_back(KerasWeights::from_keras(*trained[i], shape, variables[place]));
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

/// What the model was compiled with. A model with an optimizer or a loss that Thimble does not have is still good for
/// inference: it is left uncompiled.
void read_training(const KerasArchive& archive, Model& model) {
  const auto compiled = archive.config.find("compile_config");
  if (compiled == archive.config.end() || !compiled->is_object()) return;
  const json optimizer = compiled->value("optimizer", json());
  const json loss = compiled->value("loss", json());
  if (!optimizer.is_object() || !(loss.is_object() || loss.is_string())) return;
  const OptimizerCodec* optimizer_codec = find_optimizer(text(optimizer, "class_name"));
  const LossCodec* loss_codec = find_loss(loss.is_string() ? loss.get<std::string>() : text(loss, "class_name"));
  if (optimizer_codec == nullptr || loss_codec == nullptr) return;
  json config = member(optimizer, "config");
  if (!config.is_object() || !supported(*optimizer_codec, config)) return;
  OptimizerState& state = model.optimizer;
  const bool scheduled = config.contains("learning_rate") && config["learning_rate"].is_object();
  if (scheduled) {
    state.schedule = schedule_of(config["learning_rate"]);
    config.erase("learning_rate");
  }
  model.loss = loss_codec->class_name;
  const json loss_config = loss.is_object() ? member(loss, "config") : json::object();
  model.loss_from_logits = loss_codec->has_from_logits && loss_config.value("from_logits", json(false)) == true;
  model.loss_config = config_from_json(loss_codec->arguments, loss_config);
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

}  // namespace

Model read_keras(ByteSpan file) {
  const KerasArchive archive = parse_keras(file);
  try {
    Model model = Reader(archive).read();
    read_training(archive, model);
    model.integer_forms = integer_forms_from_json(archive.metadata);
    return model;
  } catch (const json::exception& error) {
    input_error("config.json is not as Keras writes it: {}", error.what());
  }
}

}  // namespace thimble
