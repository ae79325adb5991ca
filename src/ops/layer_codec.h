// How a Keras layer, from a recipe or a .keras file, becomes nodes of the graph. One table of arguments serves both,
// and the writer of .keras files.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace thimble {

/// An argument of a Keras layer. A value from a file is checked against `kind` and `choices` before `build` sees it.
struct LayerArgument {
  /// kIntSingle: Keras writes a list of one. kIntPair: a number stands for two of it. kInts: any count. kPadding: n,
  /// (h, w) or ((top, bottom), (left, right)); the config holds the last form's four numbers.
  enum class Kind { kInt, kIntSingle, kIntPair, kInts, kPadding, kFloat, kBool, kText };
  Kind kind;
  std::string_view name;  // Keras's: "filters"
  AttributeValue default_value = false;
  bool required = false;
  std::vector<std::string_view> choices = {};  // kText: what is allowed
  /// kInt, kIntPair: the least value allowed.
  std::int64_t least = 1;
  /// Keras's None is allowed and is the default; the config then lacks the argument.
  bool optional = false;
};

/// A weight that a layer asks for.
struct WeightSpec {
  std::string_view name;  // "kernel"
  Shape shape;            // in the graph's layout
  /// Dimension i of the graph's tensor is dimension permutation[i] of Keras's, or, being 1, is none of them when that
  /// is -1. Empty where keras_shape is given.
  std::vector<int> permutation = {};
  /// Keras's shape where it differs in more than the order of dimensions; the elements are in the same order then.
  Shape keras_shape = {};
  std::string initializer = "zeros";  // of kInitializers
  std::int64_t fan_in = 1;            // what the initializers that scale by them count
  std::int64_t fan_out = 1;
  bool trainable = true;
  /// The part of the layer that Keras keeps it in: "cell"; empty: the layer itself.
  std::string_view holder = {};
};

/// What `build` adds its nodes and weights through.
class LayerBuilder {
 public:
  virtual ~LayerBuilder() = default;
  virtual const Tensor& tensor(TensorId id) const = 0;
  /// A weight of the layer: initialized, or as the file holds it. Weights are asked for in Keras's order of variables.
  virtual TensorId weight(const WeightSpec& spec) = 0;
  /// Adds a node, infers its output and returns it.
  virtual TensorId add(std::string_view op, std::vector<TensorId> inputs, Attributes attributes) = 0;
  /// A constant int32 tensor, such as a shape; by default a vector.
  virtual TensorId integers(const std::vector<int>& values, const Shape& shape) = 0;
  TensorId integers(const std::vector<int>& values) { return integers(values, {static_cast<int>(values.size())}); }
  /// A constant float tensor that is no weight of the layer; by default a vector.
  virtual TensorId constant(const std::vector<float>& values, const Shape& shape) = 0;
  TensorId constant(const std::vector<float>& values) { return constant(values, {static_cast<int>(values.size())}); }
  /// Applies one of Keras's activations: fused into the node that made `input` where TFLite can, else a node of its
  /// own.
  virtual TensorId activation(TensorId input, std::string_view name) = 0;
};

struct LayerCodec {
  std::string_view class_name;  // "Conv2D"
  int min_inputs = 1;
  int max_inputs = 1;  // -1: any number
  /// Keras's call takes each input as an argument of its own, not all of them as a list.
  bool inputs_apart = false;
  std::vector<LayerArgument> arguments = {};
  /// Adds the layer's nodes and returns its output. Throws InputError when the inputs do not fit.
  TensorId (*build)(LayerBuilder&, const Attributes& config, std::span<const TensorId> inputs) = nullptr;
  /// The argument "layer" is a layer inside: its class. The inner layer's arguments stand among the others.
  bool wraps = false;
};

/// Keras's activations that a recipe can name.
inline const std::vector<std::string_view> kLayerActivations = {
    "linear",    "relu",  "relu6",      "leaky_relu", "elu",  "gelu",    "silu",
    "hard_silu", "swish", "hard_swish", "sigmoid",    "tanh", "softmax", "softplus"};

/// Keras's initializers, each with Keras's default arguments.
inline const std::vector<std::string_view> kInitializers = {
    "zeros",        "ones",          "glorot_uniform", "glorot_normal", "he_uniform",       "he_normal",
    "lecun_normal", "lecun_uniform", "random_uniform", "random_normal", "truncated_normal", "orthogonal"};

inline LayerArgument activation_argument() {
  return {LayerArgument::Kind::kText, "activation", std::string("linear"), false, kLayerActivations};
}
inline LayerArgument padding_argument() {
  return {LayerArgument::Kind::kText, "padding", std::string("valid"), false, {"valid", "same"}};
}
inline LayerArgument initializer_argument(std::string_view name, std::string_view default_value) {
  return {LayerArgument::Kind::kText, name, std::string(default_value), false, kInitializers};
}

}  // namespace thimble
