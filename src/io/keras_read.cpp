#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "io/keras.h"
#include "io/keras_integers.h"
#include "io/keras_json.h"
#include "io/keras_layout.h"
#include "io/layer_config.h"
#include "io/model_builder.h"
#include "io/regularizer.h"
#include "io/wrapped_layer.h"
#include "ops/op.h"
#include "wire/keras.h"

namespace thimble {
namespace {

using nlohmann::json;

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
    return values_from_keras(weight, spec.shape, holder.variables[holder.next++]);
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
  static const std::vector<std::string> kHarmless = {"name",     "trainable",       "dtype",
                                                     "autocast", "renorm_momentum", "zero_output_for_mask"};
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
  json config = flat_arguments(codec, given);
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

/// A layer's name, and which of its calls.
using CallName = std::pair<std::string, std::size_t>;

/// ["dense", 0, 0]: the layer, its call, the output of that.
CallName call_name(const json& history) {
  require(history.is_array() && history.size() == 3 && history[0].is_string() && history[1].is_number_unsigned() &&
              history[2] == 0,
          "layers with several outputs are not supported");
  return {history[0].get<std::string>(), history[1].get<std::size_t>()};
}

/// The calls whose outputs are in `arguments`, in order.
void find_inputs(const json& arguments, int depth, std::vector<CallName>& calls) {
  require(depth > 0, "config.json: inbound_nodes are nested too deeply");
  if (arguments.is_object() && arguments.value("class_name", json()) == "__keras_tensor__") {
    calls.push_back(call_name(member(member(arguments, "config"), "keras_history")));
  } else if (arguments.is_structured()) {
    for (const json& argument : arguments) find_inputs(argument, depth - 1, calls);
  }
}

/// The calls at one of the model's ends, from ["dense", 0, 0], [["dense", 0, 0], ...] or {"name": ["dense", 0, 0]}.
std::vector<CallName> ends_of(const json& config, const char* name) {
  const json& ends = member(config, name);
  require(ends.is_structured() && !ends.empty(), "config.json: '{}' is not a list", name);
  if (ends.is_array() && ends[0].is_string()) return {call_name(ends)};
  std::vector<CallName> result;
  for (const json& end : ends) result.push_back(call_name(end));
  return result;
}

class Reader {
 public:
  explicit Reader(const KerasArchive& archive)
      : config_(member(archive.config, "config")), builder_(config_name()), weights_(archive.weights) {
    const std::string kind = text(archive.config, "class_name");
    require(kind == "Sequential" || kind == "Functional",
            "is a Keras model of the class {}; Sequential and Functional ones are read", kind);
    sequential_ = kind == "Sequential";
  }

  Model read() {
    for (const json& layer : list(config_, "layers")) {
      in_layer(layer, [&] { add(text(layer, "class_name"), layer); });
    }
    require(last_ != kNoTensor || !waiting_.empty(), "the model has no layers");
    if (sequential_) return finished({last_});
    make_waiting_calls();
    sort_inputs();
    std::vector<TensorId> outputs;
    for (const CallName& end : ends_of(config_, "output_layers")) {
      require(made_.contains(end), "there is no layer '{}' for the output", end.first);
      outputs.push_back(made_.at(end));
    }
    return finished(std::move(outputs));
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

  /// The model with its layers in the file's order and their regularizers.
  Model finished(std::vector<TensorId> outputs) {
    Model model = builder_.finish(std::move(outputs));
    std::ranges::sort(model.layers, {}, [&](const Layer& layer) { return entries_.at(layer.name).number; });
    for (Layer& layer : model.layers) regularize(layer, entries_.at(layer.name).regularizers);
    return model;
  }

  /// What the file has for a layer.
  struct Entry {
    const json* layer;
    std::size_t number;
    std::string path;  // of its weights
    std::vector<WeightRegularizer> regularizers;
  };
  /// A call of a layer that the file has.
  struct Call {
    CallName name;
    std::vector<CallName> inputs;
  };

  std::string config_name() const { return config_.contains("name") ? text(config_, "name") : "model"; }

  template <typename Body>
  static void in_layer(const json& layer, const Body& body) {
    with_context(fmt::format("layer '{}'", text(member(layer, "config"), "name")), body);
  }

  void add(const std::string& class_name, const json& layer) {
    const json& config = layer["config"];
    const std::string name = text(config, "name");
    if (class_name == "InputLayer") {
      require(!sequential_ || last_ == kNoTensor, "a second input of a Sequential model");
      last_ = builder_.add_input(name, sample_shape(member(config, "batch_shape")));
      made_[{name, 0}] = last_;
      if (!sequential_) paths_.next(class_name);
      return;
    }
    const bool is_new =
        entries_.emplace(name, Entry{&layer, entries_.size(), paths_.next(class_name), known_regularizers(config)})
            .second;
    require(is_new, "another layer has the name '{}' already", name);
    if (sequential_) {
      if (last_ == kNoTensor) add_missing_input();
      last_ = add_layer(name, {last_});
      return;
    }
    const json& nodes = list(layer, "inbound_nodes");
    for (const json& node : nodes) {
      waiting_.push_back({{name, static_cast<std::size_t>(&node - &nodes[0])}, {}});
      find_inputs(node, 12, waiting_.back().inputs);
    }
  }

  /// Sequential models may leave their input out; then they say what they were built for.
  void add_missing_input() {
    last_ = builder_.add_input("input_layer", sample_shape(member(config_, "build_input_shape")));
  }

  /// Layers stand in an order of the file's own; a call waits until its inputs are there.
  void make_waiting_calls() {
    while (!waiting_.empty()) {
      const auto ready = std::ranges::find_if(waiting_, [&](const Call& call) {
        const bool in_turn = call.name.second == 0 || made_.contains({call.name.first, call.name.second - 1});
        return in_turn && std::ranges::all_of(call.inputs, [&](const CallName& name) { return made_.contains(name); });
      });
      require(ready != waiting_.end(), "the layer '{}' reads layers that are not there, or itself",
              waiting_[0].name.first);
      const std::string& name = ready->name.first;
      const bool is_first = ready->name.second == 0;
      std::vector<TensorId> inputs;
      for (const CallName& input : ready->inputs) inputs.push_back(made_.at(input));
      in_layer(*entries_.at(name).layer, [&] {
        made_[ready->name] = is_first ? add_layer(name, inputs) : builder_.call_layer(name, "", inputs);
      });
      waiting_.erase(ready);
    }
  }

  TensorId add_layer(const std::string& name, const std::vector<TensorId>& inputs) {
    const Entry& entry = entries_.at(name);
    const std::string class_name = text(*entry.layer, "class_name");
    const LayerCodec* codec = find_layer(class_name);
    require(codec != nullptr, "layers of the class {} are not supported", class_name);
    weights_.begin(entry.path);
    const TensorId output =
        builder_.add_layer(*codec, name, layer_config(*codec, (*entry.layer)["config"]), inputs, weights_);
    require(weights_.done(), "has more weights than its arguments ask for");
    return output;
  }

  /// The inputs in the model's order, which is not that of their layers.
  void sort_inputs() {
    std::vector<TensorId> inputs;
    for (const CallName& end : ends_of(config_, "input_layers")) {
      require(made_.contains(end), "there is no layer '{}' for the input", end.first);
      inputs.push_back(made_.at(end));
    }
    builder_.order_inputs(std::move(inputs));
  }

  const json& config_;
  ModelBuilder builder_;
  bool sequential_ = true;
  KerasWeights weights_;
  KerasLayerPaths paths_;
  std::map<std::string, Entry> entries_;
  std::vector<Call> waiting_;
  std::map<CallName, TensorId> made_;
  TensorId last_ = kNoTensor;  // of a Sequential model; of others the last input
};

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
