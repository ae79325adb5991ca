#include "io/model_builder.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "io/initializers.h"
#include "io/keras_layout.h"
#include "ops/op.h"

namespace thimble {

std::vector<float> InitialWeights::values(const WeightSpec& spec) {
  constexpr std::uint64_t kFirstStream = std::uint64_t{1} << 32;  // the streams below are those of the epochs
  Random random(seed_, kFirstStream + count_++);
  return initial_values(spec, random);
}

TensorId ModelBuilder::add_input(const std::string& name, const Shape& shape) {
  Tensor tensor;
  tensor.name = name;
  tensor.shape = {1};
  for (const int size : shape) {
    require(size > 0, "the input is {}; every dimension must be positive", to_string(shape));
    tensor.shape.push_back(size);
  }
  require(names_.insert(name).second, "another input has the name '{}' already", name);
  const TensorId id = model_.graph.add(std::move(tensor));
  model_.graph.inputs.push_back(id);
  return id;
}

std::string ModelBuilder::unique_name(const std::string& class_name) {
  const std::string base = keras_snake_case(class_name);
  std::string name;
  do {
    const int count = unnamed_[base]++;
    name = count == 0 ? base : fmt::format("{}_{}", base, count);
  } while (names_.contains(name));
  return name;
}

TensorId ModelBuilder::add_layer(const LayerCodec& codec, std::string name, const Attributes& config,
                                 const std::vector<TensorId>& inputs, WeightSource& weights) {
  const std::string class_name(codec.class_name);
  if (name.empty()) name = unique_name(class_name);
  require(names_.insert(name).second, "another layer has the name '{}' already", name);
  layer_ = {class_name, name, config, {}, {}};
  output_name_ = name;
  weights_ = &weights;
  const TensorId output = build(codec, inputs);
  model_.layers.push_back(layer_);
  return output;
}

TensorId ModelBuilder::call_layer(const std::string& layer, std::string name, const std::vector<TensorId>& inputs) {
  const auto found = std::ranges::find(model_.layers, layer, &Layer::name);
  require(found != model_.layers.end(), "there is no layer '{}' before it", layer);
  layer_ = *found;
  weights_ = nullptr;
  next_weight_ = 0;
  if (name.empty()) name = fmt::format("{}:{}", layer, layer_.calls.size());
  require(names_.insert(name).second, "another layer has the name '{}' already", name);
  output_name_ = name;
  const TensorId output = build(*find_layer(layer_.class_name), inputs);
  *found = layer_;
  return output;
}

/// A call of layer_.
TensorId ModelBuilder::build(const LayerCodec& codec, const std::vector<TensorId>& inputs) {
  const int count = static_cast<int>(inputs.size());
  require(count >= codec.min_inputs && (codec.max_inputs < 0 || count <= codec.max_inputs),
          "has {} inputs, expected {}{}", count, codec.min_inputs,
          codec.max_inputs < 0                  ? " or more"
          : codec.max_inputs > codec.min_inputs ? fmt::format(" to {}", codec.max_inputs)
                                                : "");
  first_node_ = model_.graph.nodes.size();
  TensorId output = codec.build(*this, layer_.config, inputs);
  if (std::ranges::count(inputs, output) > 0) {
    // A layer that does nothing: what it makes is a tensor of its own all the same.
    const Shape& shape = tensor(output).shape;
    output = add("RESHAPE", {output}, {{"new_shape", std::vector<std::int64_t>(shape.begin(), shape.end())}});
  }
  model_.graph.tensor(output).name = output_name_;
  layer_.calls.push_back({inputs, output});
  return output;
}

Model ModelBuilder::finish(std::vector<TensorId> outputs) {
  model_.graph.outputs = std::move(outputs);
  return std::move(model_);
}

TensorId ModelBuilder::weight(const WeightSpec& spec) {
  if (weights_ == nullptr) {
    require(next_weight_ < layer_.weights.size(), "the shared layer '{}' has no weights for these inputs", layer_.name);
    const TensorId id = layer_.weights[next_weight_++].tensor;
    require(tensor(id).shape == spec.shape, "the shared layer '{}' has {} of {}, these inputs need {}", layer_.name,
            spec.name, to_string(tensor(id).shape), to_string(spec.shape));
    return id;
  }
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  std::int64_t count = 1;
  for (const int size : spec.shape) {
    count *= size;
    require(count > 0 && count <= kMost, "{} would be {}, more than {} numbers", spec.name, to_string(spec.shape),
            kMost);
  }
  Tensor tensor;
  tensor.name = fmt::format("{}/{}", layer_.name, spec.name);
  tensor.shape = spec.shape;
  tensor.trainable = spec.trainable;
  tensor.data = make_data(weights_->values(spec));
  const TensorId id = model_.graph.add(std::move(tensor));
  layer_.weights.push_back({.name = std::string(spec.name),
                            .tensor = id,
                            .permutation = spec.permutation,
                            .keras_shape = spec.keras_shape,
                            .holder = std::string(spec.holder)});
  return id;
}

TensorId ModelBuilder::add(std::string_view op, std::vector<TensorId> inputs, Attributes attributes) {
  const bool first = model_.graph.nodes.size() == first_node_;
  const std::string name =
      first ? output_name_ : fmt::format("{}/{}", output_name_, model_.graph.nodes.size() - first_node_);
  return append(model_.graph, {std::string(op), output_name_, std::move(inputs), {}, std::move(attributes)}, name);
}

TensorId ModelBuilder::integers(const std::vector<int>& values, const Shape& shape) {
  Tensor tensor;
  tensor.name = layer_.name + "/shape";
  tensor.type = Type::kInt32;
  tensor.shape = shape;
  tensor.data = make_data(std::vector<std::int32_t>(values.begin(), values.end()));
  return model_.graph.add(std::move(tensor));
}

TensorId ModelBuilder::constant(const std::vector<float>& values, const Shape& shape) {
  Tensor tensor;
  tensor.name = layer_.name + "/constant";
  tensor.shape = shape;
  tensor.data = make_data(values);
  return model_.graph.add(std::move(tensor));
}

/// Only into a node of the same layer: the output of another one may have other readers.
bool ModelBuilder::fuse(TensorId input, const std::string& activation) {
  if (model_.graph.nodes.size() == first_node_) return false;
  Node& node = model_.graph.nodes.back();
  if (node.outputs[0] != input || !node.attributes.has("activation")) return false;
  if (node.attributes.text("activation") != "NONE") return false;
  node.attributes.set("activation", activation);
  return true;
}

TensorId ModelBuilder::activation(TensorId input, std::string_view name) {
  struct Operator {
    std::string_view name;
    const char* op;
    Attributes attributes = {};
  };
  static const Operator kOperators[] = {{"relu", "RELU"},
                                        {"relu6", "RELU6"},
                                        {"leaky_relu", "LEAKY_RELU", {{"alpha", 0.2}}},
                                        {"elu", "ELU"},
                                        {"gelu", "GELU", {{"approximate", false}}},
                                        {"hard_silu", "HARD_SWISH"},
                                        {"hard_swish", "HARD_SWISH"},
                                        {"sigmoid", "LOGISTIC"},
                                        {"tanh", "TANH"},
                                        {"softmax", "SOFTMAX", {{"beta", 1.0}}},
                                        {"softplus", "SOFTPLUS"}};
  if (name == "linear") return input;
  if (name == "silu" || name == "swish") {
    return add("MUL", {input, add("LOGISTIC", {input}, {})}, {{"activation", std::string("NONE")}});
  }
  const auto found = std::ranges::find(kOperators, name, &Operator::name);
  ensure(found != std::end(kOperators), "no operator for the activation '{}'", name);
  if ((name == "relu" || name == "relu6") && fuse(input, found->op)) return input;
  return add(found->op, {input}, found->attributes);
}

}  // namespace thimble
