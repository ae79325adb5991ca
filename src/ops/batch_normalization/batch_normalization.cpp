// BATCH_NORMALIZATION: Keras's layer. Inputs x, gamma, beta, moving mean, moving variance, each of one dimension but x.
// Not an operator of TFLite's: a pass folds it into the weights before it, or it becomes MUL and ADD.
#include <cmath>

#include "ops/batch_normalization/batch_normalization_kernel.h"
#include "ops/checks.h"
#include "ops/expansion.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_batch_normalization_f32_params, count, channels)

namespace thimble {
extern const Op batch_normalization_op;
extern const TrainKernels batch_normalization_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& x = node.input(0);
  require_type(x, {Type::kFloat32});
  require(!x.shape.empty(), "'{}' has no channels", x.name);
  for (int i = 1; i < node.input_count(); ++i) {
    require_type(node.input(i), {Type::kFloat32});
    require(node.input(i).shape == Shape{x.shape.back()}, "'{}' is {}, expected one value for each of {} channels",
            node.input(i).name, to_string(node.input(i).shape), x.shape.back());
  }
  return {{x.type, x.shape}};
}

/// y = x * factor + offset, for each channel.
struct Affine {
  std::vector<float> factor;
  std::vector<float> offset;
};

Affine affine(const NodeView& node) {
  for (int i = 1; i < node.input_count(); ++i) {
    require(node.input(i).constant(), "'{}' is not constant", node.input(i).name);
  }
  const auto gamma = node.input(1).values<float>();
  const auto beta = node.input(2).values<float>();
  const auto mean = node.input(3).values<float>();
  const auto variance = node.input(4).values<float>();
  Affine result;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    result.factor.push_back(gamma[c] / std::sqrt(variance[c] + node.attributes().real("epsilon")));
    result.offset.push_back(beta[c] - mean[c] * result.factor[c]);
  }
  return result;
}

TensorId expand(Expansion& e, const NodeView& node) {
  const Affine scale = affine(node);
  const Shape channels = {static_cast<int>(scale.factor.size())};
  return e.sum(e.product(node.input_id(0), e.constant(scale.factor, channels)), e.constant(scale.offset, channels));
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Affine scale = affine(node);
  const int channels = node.input(0).shape.back();
  const thimble_batch_normalization_f32_params params = {
      channels > 0 ? static_cast<std::int32_t>(node.input(0).elements() / channels) : 0, channels};
  KernelCall call = kernel_call(KERNEL_OF("batch_normalization", thimble_batch_normalization_f32), params,
                                {in(node.input_id(0)), constant(0), constant(1), out(node.output_id(0))});
  call.constants = {{"factor", Type::kFloat32, make_data(scale.factor)},
                    {"offset", Type::kFloat32, make_data(scale.offset)}};
  call.in_place = {node.input_id(0)};
  return {call};
}

/// A weight for each channel, or, where the layer has none, the constant that does nothing.
TensorId channel_weight(LayerBuilder& builder, bool present, std::string_view name, int channels,
                        const std::string& initializer, bool trainable) {
  if (!present) {
    const float neutral = initializer == "ones" ? 1.0f : 0.0f;
    return builder.constant(std::vector<float>(static_cast<std::size_t>(channels), neutral));
  }
  return builder.weight(
      {.name = name, .shape = {channels}, .permutation = {0}, .initializer = initializer, .trainable = trainable});
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Shape shape = builder.tensor(inputs[0]).shape;
  const int last = static_cast<int>(shape.size()) - 1;
  const int axis = config.integer("axis");
  require(last > 0 && (axis == -1 || axis == last), "axis is {}; only the last one is supported", axis);
  const int channels = shape.back();
  const TensorId gamma = channel_weight(builder, config.flag("scale"), "gamma", channels, "ones", true);
  const TensorId beta = channel_weight(builder, config.flag("center"), "beta", channels, "zeros", true);
  const TensorId mean = channel_weight(builder, true, "moving_mean", channels, "zeros", false);
  const TensorId variance = channel_weight(builder, true, "moving_variance", channels, "ones", false);
  return builder.add("BATCH_NORMALIZATION", {inputs[0], gamma, beta, mean, variance},
                     {{"epsilon", double{config.real("epsilon")}}, {"momentum", double{config.real("momentum")}}});
}

using Kind = LayerArgument::Kind;
const LayerCodec kLayers[] = {
    {.class_name = "BatchNormalization",
     .arguments = {{.kind = Kind::kInt, .name = "axis", .default_value = std::int64_t{-1}, .least = -8},
                   {.kind = Kind::kFloat, .name = "momentum", .default_value = 0.99},
                   {.kind = Kind::kFloat, .name = "epsilon", .default_value = 1e-3},
                   {.kind = Kind::kBool, .name = "center", .default_value = true},
                   {.kind = Kind::kBool, .name = "scale", .default_value = true}},
     .build = build}};

}  // namespace

const Op batch_normalization_op = {
    .name = "BATCH_NORMALIZATION",
    .summary = "Normalization of each channel by moving averages; folded into the weights before it",
    .min_inputs = 5,
    .max_inputs = 5,
    .infer = infer,
    .lower = lower,
    .layers = kLayers,
    .expand = expand,
    .train = &batch_normalization_train,
};

}  // namespace thimble
