// Keras's view of a graph that can be trained: which layers it was built from, and where their weights are.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace thimble {

/// One weight of a layer. Keras and TFLite lay some weights out differently (Dense: in x out, out x in): dimension i of
/// the graph's tensor is dimension `permutation[i]` of Keras's, or, being 1, is none of them when that is -1.
struct LayerWeight {
  std::string name;  // Keras's: "kernel", "bias"
  TensorId tensor = kNoTensor;
  std::vector<int> permutation;
  Shape keras_shape;  // not empty: Keras's shape, the elements are in the same order and there is no permutation
  /// Keras's regularizer: the loss grows by l1 * sum |w| + l2 * sum w^2.
  double l1 = 0.0;
  double l2 = 0.0;
  std::string holder = {};  // the part of the layer that Keras keeps it in: "cell"; empty: the layer itself
};

/// One use of a layer.
struct LayerCall {
  std::vector<TensorId> inputs;
  TensorId output = kNoTensor;

  bool operator==(const LayerCall&) const = default;
};

struct Layer {
  std::string class_name;            // "Conv2D"
  std::string name;                  // "conv2d_1"
  Attributes config;                 // Keras's argument names; with Keras's defaults filled in
  std::vector<LayerCall> calls;      // several: all share the weights
  std::vector<LayerWeight> weights;  // in Keras's order
};

/// What one of the model's outputs is trained with.
struct OutputLoss {
  std::string class_name;  // "SparseCategoricalCrossentropy"
  bool from_logits = true;
  Attributes config = {};  // its other arguments: "label_smoothing", "delta"
  double weight = 1.0;     // in the sum over the outputs
};

/// How the learning rate changes with the steps: one of Keras's schedules, or OneCycle.
struct LearningRateSchedule {
  std::string class_name;      // "CosineDecay"; empty: it does not change
  Attributes config;           // "initial_learning_rate", "decay_steps", ...
  std::vector<double> values;  // PiecewiseConstantDecay's
};

/// The optimizer's state as Keras saves it, in the graph's layout: one entry a trainable tensor.
struct OptimizerState {
  std::string class_name;  // "Adam"; empty: none
  Attributes config;       // "learning_rate", "beta_1", ...
  LearningRateSchedule schedule = {};
  std::int64_t iterations = 0;
  std::vector<TensorId> tensors;  // the trainable tensors, in the order of those in a slot
  /// slots[s][i]: the optimizer's values for tensors[i], slots in Keras's order. Adam: m, v; SGD: momentum, if any.
  /// With use_ema the moving averages of the weights come last.
  std::vector<std::vector<std::vector<float>>> slots;
};

/// How a tensor is kept in the integer model.
struct IntegerForm {
  Type type = Type::kInt8;
  Quantization quantization;
};

/// One of Keras's callbacks.
struct Callback {
  std::string class_name;  // "EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"
  Attributes config;
};

/// A model as it is trained and saved: a float graph with a batch of 1, its layers, its optimizer.
struct Model {
  Graph graph;
  std::vector<Layer> layers;  // in order; without the input layers
  OptimizerState optimizer;
  std::vector<OutputLoss> losses;  // one an output; empty: not compiled
  /// Of a model that was trained for integers: what its tensors become, by their names once the graph is simplified.
  std::map<std::string, IntegerForm> integer_forms = {};
};

}  // namespace thimble
