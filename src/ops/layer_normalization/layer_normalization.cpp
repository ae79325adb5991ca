// LAYER_NORMALIZATION: Keras's layer, over the last dimension. Inputs x, gamma, beta; y = (x - mean) / sqrt(variance +
// epsilon) * gamma + beta. Not an operator of TFLite's.
#include "ops/checks.h"
#include "ops/expansion.h"

namespace thimble {
extern const Op layer_normalization_op;
extern const TrainKernels layer_normalization_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& x = node.input(0);
  require_type(x, {Type::kFloat32});
  require(!x.shape.empty() && x.shape.back() > 0, "'{}' has no channels", x.name);
  for (int i = 1; i < node.input_count(); ++i) {
    require_type(node.input(i), {Type::kFloat32});
    require(node.input(i).shape == Shape{x.shape.back()}, "'{}' is {}, expected one value for each of {} channels",
            node.input(i).name, to_string(node.input(i).shape), x.shape.back());
  }
  return {{x.type, x.shape}};
}

TensorId expand(Expansion& e, const NodeView& node) {
  const TensorId x = node.input_id(0);
  const TensorId gamma = node.input_id(1);
  const TensorId beta = node.input_id(2);
  const float epsilon = node.attributes().real("epsilon");
  const Attributes keep = {{"keep_dims", true}};
  const TensorId axis = e.integers({static_cast<int>(e.shape(x).size()) - 1});
  const TensorId mean = e.add("MEAN", {x, axis}, keep);
  const TensorId variance = e.add("MEAN", {e.add("SQUARED_DIFFERENCE", {x, mean}), axis}, keep);
  const TensorId factor = e.add("RSQRT", {e.sum(variance, e.constant({epsilon}, {1}))});
  return e.sum(e.product(e.product(e.difference(x, mean), factor), gamma), beta);
}

/// A weight for each channel, or, where the layer has none, the constant that does nothing.
TensorId channel_weight(LayerBuilder& builder, bool present, std::string_view name, int channels,
                        const std::string& initializer) {
  if (present) {
    return builder.weight({.name = name, .shape = {channels}, .permutation = {0}, .initializer = initializer});
  }
  return builder.constant(std::vector<float>(static_cast<std::size_t>(channels), name == "gamma" ? 1.0f : 0.0f));
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Shape shape = builder.tensor(inputs[0]).shape;
  const int last = static_cast<int>(shape.size()) - 1;
  const int axis = config.integer("axis");
  require(last > 0 && (axis == -1 || axis == last), "axis is {}; only the last one is supported", axis);
  const TensorId gamma =
      channel_weight(builder, config.flag("scale"), "gamma", shape.back(), config.text("gamma_initializer"));
  const TensorId beta =
      channel_weight(builder, config.flag("center"), "beta", shape.back(), config.text("beta_initializer"));
  return builder.add("LAYER_NORMALIZATION", {inputs[0], gamma, beta}, {{"epsilon", double{config.real("epsilon")}}});
}

using Kind = LayerArgument::Kind;
const LayerCodec kLayers[] = {
    {.class_name = "LayerNormalization",
     .arguments = {{.kind = Kind::kIntSingle, .name = "axis", .default_value = std::int64_t{-1}, .least = -8},
                   {.kind = Kind::kFloat, .name = "epsilon", .default_value = 1e-3},
                   {.kind = Kind::kBool, .name = "center", .default_value = true},
                   {.kind = Kind::kBool, .name = "scale", .default_value = true},
                   initializer_argument("beta_initializer", "zeros"),
                   initializer_argument("gamma_initializer", "ones")},
     .build = build}};

}  // namespace

const Op layer_normalization_op = {
    .name = "LAYER_NORMALIZATION",
    .summary = "Normalization over the channels of each position, Keras's; written in TFLite's operators for inference",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .layers = kLayers,
    .expand = expand,
    .train = &layer_normalization_train,
};

}  // namespace thimble
