// Keras's layers that convolve. Sequences, steps x channels, are images of one row.
#include "ops/op.h"
#include "ops/pool.h"

namespace thimble {
extern const LayerCodec conv_2d_layers[4];
namespace {

using Pair = std::vector<int>;  // of height and width

/// The arguments of one layer, with pairs for sequences, too.
struct Geometry {
  Pair kernel;
  Pair strides;
  Pair dilation;
  std::string padding;  // TFLite's

  std::int64_t taps() const { return std::int64_t{kernel[0]} * kernel[1]; }
  Attributes attributes() const {
    return {{"padding", padding},        {"stride_h", strides[0]},    {"stride_w", strides[1]},
            {"dilation_h", dilation[0]}, {"dilation_w", dilation[1]}, {"activation", std::string("NONE")}};
  }
};

Geometry geometry(const Attributes& config, bool sequence) {
  const auto pair = [&](const char* name) { return sequence ? Pair{1, config.integer(name)} : config.integers(name); };
  return {pair("kernel_size"), pair("strides"), pair("dilation_rate"),
          config.text("padding") == "same" ? "SAME" : "VALID"};
}

TensorId as_image(LayerBuilder& builder, TensorId input) {
  require_layer_rank(builder.tensor(input), 3);
  const Shape shape = builder.tensor(input).shape;
  return builder.add("RESHAPE", {input, builder.integers({-1, 1, shape[1], shape[2]})}, {});
}

TensorId as_sequence(LayerBuilder& builder, TensorId input) {
  const Shape shape = builder.tensor(input).shape;
  return builder.add("RESHAPE", {input, builder.integers({-1, shape[2], shape[3]})}, {});
}

/// Keras's padding "causal": an output sees no later steps.
TensorId pad_before(LayerBuilder& builder, TensorId image, int steps) {
  return builder.add("PAD", {image, builder.integers({0, 0, 0, 0, steps, 0, 0, 0}, {4, 2})}, {});
}

/// LiteRT has no CONV_2D without bias: a layer without has zeros.
void add_bias(LayerBuilder& builder, const Attributes& config, int filters, std::vector<TensorId>& operands) {
  if (!config.flag("use_bias")) {
    operands.push_back(builder.constant(std::vector<float>(static_cast<std::size_t>(filters))));
    return;
  }
  operands.push_back(builder.weight(
      {.name = "bias", .shape = {filters}, .permutation = {0}, .initializer = config.text("bias_initializer")}));
}

/// A CONV_2D over `image` with activation. Keras has no height in the weights of a sequence.
TensorId convolve(LayerBuilder& builder, const Attributes& config, TensorId image, const Geometry& g, bool sequence) {
  const int channels = builder.tensor(image).shape[3];
  const int filters = config.integer("filters");
  std::vector<TensorId> operands = {image};
  operands.push_back(
      builder.weight({.name = "kernel",
                      .shape = {filters, g.kernel[0], g.kernel[1], channels},
                      .permutation = sequence ? std::vector<int>{2, -1, 0, 1} : std::vector<int>{3, 0, 1, 2},
                      .initializer = config.text("kernel_initializer"),
                      .fan_in = g.taps() * channels,
                      .fan_out = g.taps() * filters}));
  add_bias(builder, config, filters, operands);
  return builder.activation(builder.add("CONV_2D", operands, g.attributes()), config.text("activation"));
}

TensorId build_2d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require_layer_rank(builder.tensor(inputs[0]), 4);
  return convolve(builder, config, inputs[0], geometry(config, false), false);
}

TensorId build_1d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Geometry g = geometry(config, true);
  TensorId image = as_image(builder, inputs[0]);
  if (config.text("padding") == "causal") image = pad_before(builder, image, (g.kernel[1] - 1) * g.dilation[1]);
  return as_sequence(builder, convolve(builder, config, image, g, true));
}

/// A depthwise convolution, then a pointwise one.
TensorId separable(LayerBuilder& builder, const Attributes& config, TensorId image, const Geometry& g, bool sequence) {
  const int channels = builder.tensor(image).shape[3];
  const int multiplier = config.integer("depth_multiplier");
  const int filters = config.integer("filters");
  const int middle = channels * multiplier;
  const TensorId depthwise =
      builder.weight({.name = "depthwise_kernel",
                      .shape = {1, g.kernel[0], g.kernel[1], middle},
                      .keras_shape = sequence ? Shape{g.kernel[1], channels, multiplier}
                                              : Shape{g.kernel[0], g.kernel[1], channels, multiplier},
                      .initializer = config.text("depthwise_initializer"),
                      .fan_in = g.taps() * channels,
                      .fan_out = g.taps() * multiplier});
  const TensorId pointwise =
      builder.weight({.name = "pointwise_kernel",
                      .shape = {filters, 1, 1, middle},
                      .permutation = sequence ? std::vector<int>{2, -1, 0, 1} : std::vector<int>{3, 0, 1, 2},
                      .initializer = config.text("pointwise_initializer"),
                      .fan_in = middle,
                      .fan_out = filters});
  Attributes attributes = g.attributes();
  attributes.set("depth_multiplier", std::int64_t{multiplier});
  std::vector<TensorId> operands = {builder.add("DEPTHWISE_CONV_2D", {image, depthwise}, attributes), pointwise};
  add_bias(builder, config, filters, operands);
  const Geometry point = {{1, 1}, {1, 1}, {1, 1}, "VALID"};
  return builder.activation(builder.add("CONV_2D", operands, point.attributes()), config.text("activation"));
}

TensorId build_separable_2d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require_layer_rank(builder.tensor(inputs[0]), 4);
  return separable(builder, config, inputs[0], geometry(config, false), false);
}

TensorId build_separable_1d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Geometry g = geometry(config, true);
  TensorId image = as_image(builder, inputs[0]);
  if (config.text("padding") == "causal") image = pad_before(builder, image, (g.kernel[1] - 1) * g.dilation[1]);
  return as_sequence(builder, separable(builder, config, image, g, true));
}

using Kind = LayerArgument::Kind;

/// What all four have, with pairs or, for sequences, single numbers.
std::vector<LayerArgument> arguments(bool sequence, std::vector<LayerArgument> more) {
  const Kind kind = sequence ? Kind::kIntSingle : Kind::kIntPair;
  const AttributeValue one =
      sequence ? AttributeValue(std::int64_t{1}) : AttributeValue(std::vector<std::int64_t>{1, 1});
  LayerArgument padding = padding_argument();
  if (sequence) padding.choices.push_back("causal");
  std::vector<LayerArgument> result = {{Kind::kInt, "filters", {}, true},
                                       {kind, "kernel_size", {}, true},
                                       {kind, "strides", one},
                                       padding,
                                       {kind, "dilation_rate", one},
                                       activation_argument(),
                                       {Kind::kBool, "use_bias", true},
                                       initializer_argument("bias_initializer", "zeros")};
  result.insert(result.end(), more.begin(), more.end());
  return result;
}

const std::vector<LayerArgument> kKernel = {initializer_argument("kernel_initializer", "glorot_uniform")};
const std::vector<LayerArgument> kSeparable = {{Kind::kInt, "depth_multiplier", std::int64_t{1}},
                                               initializer_argument("depthwise_initializer", "glorot_uniform"),
                                               initializer_argument("pointwise_initializer", "glorot_uniform")};

}  // namespace

const LayerCodec conv_2d_layers[4] = {
    {.class_name = "Conv2D", .arguments = arguments(false, kKernel), .build = build_2d},
    {.class_name = "Conv1D", .arguments = arguments(true, kKernel), .build = build_1d},
    {.class_name = "SeparableConv2D", .arguments = arguments(false, kSeparable), .build = build_separable_2d},
    {.class_name = "SeparableConv1D", .arguments = arguments(true, kSeparable), .build = build_separable_1d}};

}  // namespace thimble
