// Keras's layers, by name and arguments -> a model. Recipes and .keras files are built with it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ir/layer.h"
#include "ops/layer_codec.h"

namespace thimble {

/// Where the values of weights come from: a file, or chance.
class WeightSource {
 public:
  virtual ~WeightSource() = default;
  /// The values, in the graph's layout, of the next weight of the layer. Weights are asked for in Keras's order.
  virtual std::vector<float> values(const WeightSpec& spec) = 0;
};

/// Weights to start training with, each as its initializer has it.
class InitialWeights final : public WeightSource {
 public:
  explicit InitialWeights(std::uint64_t seed) : seed_(seed) {}
  std::vector<float> values(const WeightSpec& spec) override;

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;  // of weights so far: each has a stream of its own
};

class ModelBuilder final : private LayerBuilder {
 public:
  explicit ModelBuilder(std::string name) { model_.graph.name = std::move(name); }

  /// One more input of the model; `shape` is that of a sample.
  TensorId add_input(const std::string& name, const Shape& shape);

  /// Appends a layer with checked arguments and returns its output. An empty `name` becomes Keras's: "dense_1". Throws
  /// InputError when the inputs do not fit.
  TensorId add_layer(const LayerCodec& codec, std::string name, const Attributes& config,
                     const std::vector<TensorId>& inputs, WeightSource& weights);

  /// Uses a layer once more, with the weights that it has. An empty `name` becomes one like "dense:1". Throws
  /// InputError when the inputs do not fit, or would need other weights.
  TensorId call_layer(const std::string& layer, std::string name, const std::vector<TensorId>& inputs);

  /// The name of the output that was added last: the layer's, or the call's.
  const std::string& output_name() const { return output_name_; }

  /// Puts the model's inputs into another order.
  void order_inputs(std::vector<TensorId> inputs) { model_.graph.inputs = std::move(inputs); }

  /// The model, with its outputs.
  Model finish(std::vector<TensorId> outputs);

 private:
  const Tensor& tensor(TensorId id) const override { return model_.graph.tensor(id); }
  TensorId weight(const WeightSpec& spec) override;
  TensorId add(std::string_view op, std::vector<TensorId> inputs, Attributes attributes) override;
  TensorId integers(const std::vector<int>& values, const Shape& shape) override;
  TensorId constant(const std::vector<float>& values, const Shape& shape) override;
  TensorId activation(TensorId input, std::string_view name) override;

  TensorId build(const LayerCodec& codec, const std::vector<TensorId>& inputs);
  std::string unique_name(const std::string& class_name);
  bool fuse(TensorId input, const std::string& activation);

  Model model_;
  Layer layer_;                      // the one that is being built
  std::size_t first_node_ = 0;       // of that layer
  WeightSource* weights_ = nullptr;  // null: the layer has its weights already
  std::size_t next_weight_ = 0;      // of those
  std::string output_name_;
  std::set<std::string> names_;
  std::map<std::string, int> unnamed_;  // how many layers of a class got Keras's name
};

}  // namespace thimble
