// For tests: small models and data sets to train.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "data/dataset.h"
#include "ir/layer.h"
#include "ops/op.h"
#include "train/train.h"

namespace thimble::testing {

/// `count` images of 6x6x2 in 3 classes that differ in where they are bright, and noise.
inline Dataset bright_spots(std::size_t count, std::uint64_t seed = 1) {
  Dataset data;
  data.sample_shape = {6, 6, 2};
  data.classes = 3;
  Random random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::int32_t>(random.below(3));
    data.labels.push_back(label);
    for (int pixel = 0; pixel < 36; ++pixel) {
      const bool bright = pixel / 12 == label;
      data.bytes.push_back(static_cast<std::uint8_t>(random.below(100) + (bright ? 60 : 0)));
      data.bytes.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
  }
  return data;
}

/// Builds a model node by node.
class ModelMaker {
 public:
  explicit ModelMaker(const Shape& input, std::uint64_t seed = 7) : random_(seed) {
    Tensor tensor;
    tensor.name = "input";
    tensor.shape = input;
    model_.graph.inputs = {model_.graph.add(tensor)};
    model_.losses = {{"SparseCategoricalCrossentropy"}};
    adam();
  }

  TensorId input() const { return model_.graph.inputs[0]; }
  TensorId add_input(const Shape& shape) {
    Tensor tensor;
    tensor.name = "input" + std::to_string(model_.graph.inputs.size());
    tensor.shape = shape;
    model_.graph.inputs.push_back(model_.graph.add(tensor));
    return model_.graph.inputs.back();
  }
  Model finish(TensorId output) { return finish(std::vector{output}); }
  Model finish(const std::vector<TensorId>& outputs) {
    model_.graph.outputs = outputs;
    model_.losses.resize(outputs.size(), model_.losses[0]);
    return model_;
  }
  /// The layer that made `like` once more, with the same weights.
  TensorId again(TensorId x, TensorId like) {
    Node node = model_.graph.nodes[static_cast<std::size_t>(producers(model_.graph)[static_cast<std::size_t>(like)])];
    node.inputs[0] = x;
    return add(node.op.c_str(), node.inputs, node.attributes);
  }
  void adam(double rate = 1e-2) {
    model_.optimizer.class_name = "Adam";
    model_.optimizer.config = {{"learning_rate", rate}, {"beta_1", 0.9}, {"beta_2", 0.999}, {"epsilon", 1e-7}};
  }
  void sgd(double rate) {
    model_.optimizer.class_name = "SGD";
    model_.optimizer.config = {{"learning_rate", rate}, {"momentum", 0.0}, {"nesterov", false}};
  }

  TensorId conv(TensorId x, int filters, const std::string& activation = "RELU", const std::string& padding = "SAME") {
    const int channels = shape(x)[3];
    const Attributes attributes = {{"padding", padding}, {"stride_h", one_},   {"stride_w", one_},
                                   {"dilation_h", one_}, {"dilation_w", one_}, {"activation", activation}};
    return add("CONV_2D", {x, weight({filters, 3, 3, channels}, 0.3f), weight({filters}, 0.1f)}, attributes);
  }
  TensorId pool(TensorId x) {
    const std::int64_t two = 2;
    return add("MAX_POOL_2D", {x},
               {{"padding", std::string("VALID")},
                {"stride_h", two},
                {"stride_w", two},
                {"filter_h", two},
                {"filter_w", two},
                {"activation", std::string("NONE")}});
  }
  TensorId flatten(TensorId x) {
    return add("RESHAPE", {x}, {{"new_shape", std::vector<std::int64_t>{1, model_.graph.tensor(x).elements()}}});
  }
  TensorId dense(TensorId x, int units, const std::string& activation = "NONE") {
    return add("FULLY_CONNECTED", {x, weight({units, shape(x)[1]}, 0.2f), weight({units}, 0.1f)},
               {{"activation", activation}, {"keep_num_dims", false}});
  }
  TensorId sum(TensorId a, TensorId b) { return add("ADD", {a, b}, {{"activation", std::string("NONE")}}); }
  TensorId dropout(TensorId x, double rate) { return add("DROPOUT", {x}, {{"rate", rate}}); }
  TensorId softmax(TensorId x) { return add("SOFTMAX", {x}, {{"beta", 1.0}}); }
  TensorId batch_normalization(TensorId x) {
    const Shape channels = {shape(x).back()};
    return add("BATCH_NORMALIZATION",
               {x, weight(channels, 1.0f), weight(channels, 0.1f), state(channels, 0.0f), state(channels, 1.0f)},
               {{"epsilon", 1e-3}, {"momentum", 0.9}});
  }

 private:
  const Shape& shape(TensorId id) const { return model_.graph.tensor(id).shape; }
  TensorId add(const char* op, std::vector<TensorId> inputs, Attributes attributes) {
    return append(model_.graph, {op, op, std::move(inputs), {}, std::move(attributes)}, op);
  }
  TensorId weight(const Shape& shape, float scale) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& value : values) value = random_.uniform(-scale, scale);
    return constant(shape, values, true);
  }
  TensorId state(const Shape& shape, float value) {
    return constant(shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)), value), false);
  }
  TensorId constant(const Shape& shape, const std::vector<float>& values, bool trainable) {
    Tensor tensor;
    tensor.name = "weight" + std::to_string(model_.graph.tensors.size());
    tensor.shape = shape;
    tensor.trainable = trainable;
    tensor.data = make_data(values);
    return model_.graph.add(tensor);
  }

  static constexpr std::int64_t one_ = 1;
  Model model_;
  Random random_;
};

/// conv - pool - flatten - dense - dense.
inline Model plain_model() {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId flat = maker.flatten(maker.pool(maker.conv(maker.input(), 5)));
  return maker.finish(maker.dense(maker.dense(flat, 9, "RELU"), 3));
}

/// A residual connection whose input three nodes read, a view of a shared tensor, and no node that is random.
inline Model residual_model() {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId x = maker.conv(maker.input(), 4, "NONE");
  const TensorId y = maker.sum(maker.sum(maker.conv(x, 4), x), maker.conv(x, 4));
  const TensorId logits = maker.sum(maker.dense(maker.flatten(y), 3), maker.dense(maker.flatten(x), 3));
  return maker.finish(logits);
}

/// Nodes that need the whole batch, and a random one.
inline Model normalized_model() {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId x = maker.batch_normalization(maker.conv(maker.input(), 20, "NONE"));
  const TensorId y = maker.dropout(maker.flatten(maker.pool(x)), 0.3);
  return maker.finish(maker.dense(maker.batch_normalization(maker.dense(y, 8)), 3));
}

/// All float constants, one after the other.
inline std::vector<float> weights_of(const Model& model) {
  std::vector<float> result;
  for (const Tensor& tensor : model.graph.tensors) {
    if (!tensor.constant() || tensor.type != Type::kFloat32) continue;
    const auto values = tensor.values<float>();
    result.insert(result.end(), values.begin(), values.end());
  }
  return result;
}

/// One step of SGD moves each weight by the rate times its gradient; the loss is a function of the weights.
inline void check_gradient_of(Model start, const Dataset& data = bright_spots(20)) {
  start.optimizer.class_name = "SGD";
  start.optimizer.config = {{"learning_rate", 1.0}, {"momentum", 0.0}, {"nesterov", false}};
  Model moved = start;
  train(moved, data, data, {.batch_size = 20, .epochs = 1, .threads = 1});
  const auto loss_at = [&](std::size_t tensor, std::size_t i, float change) {
    Model model = start;
    Tensor& weights = model.graph.tensors[tensor];
    std::vector<float> values(weights.values<float>().begin(), weights.values<float>().end());
    values[i] += change;
    weights.data = make_data(values);
    return Trainer(model, {.batch_size = 20, .threads = 1}).evaluate(data).loss;
  };
  for (std::size_t t = 0; t < start.graph.tensors.size(); ++t) {
    if (!start.graph.tensors[t].trainable) continue;
    const auto before = start.graph.tensors[t].values<float>();
    const auto after = moved.graph.tensors[t].values<float>();
    for (std::size_t i = 0; i < before.size(); i += 7) {
      const float e = 5e-5f;
      const double here = loss_at(t, i, 0);
      const double right = (loss_at(t, i, e) - here) / double{e};
      const double left = (here - loss_at(t, i, -e)) / double{e};
      // Where a ReLU or a maximum changes sides within e, only the slope of the other side is the derivative.
      const double gradient = before[i] - after[i];
      const double error =
          std::min({std::abs(gradient - left), std::abs(gradient - right), std::abs(gradient - (left + right) / 2)});
      EXPECT_LT(error, 1e-3) << "tensor " << t << " element " << i << ": " << gradient << ", slopes " << left << " and "
                             << right;
    }
  }
}

}  // namespace thimble::testing
