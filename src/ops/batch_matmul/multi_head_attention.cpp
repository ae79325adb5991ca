// Keras's MultiHeadAttention: dense layers for query, key, value and output, and softmax(query * key' / sqrt(key_dim))
// * value between them for each head.
#include <cmath>

#include "ops/op.h"
#include "ops/pool.h"

namespace thimble {
extern const LayerCodec multi_head_attention_layers[1];
namespace {

/// A dense layer on the last dimension. Keras's weights have the heads as a dimension of their own: `keras_kernel`,
/// `keras_bias`.
TensorId dense(LayerBuilder& builder, const Attributes& config, TensorId input, int units, std::string_view holder,
               const Shape& keras_kernel, const Shape& keras_bias) {
  const int depth = builder.tensor(input).shape.back();
  std::int64_t fan_in = 1, fan_out = keras_kernel.back();
  // As Keras counts: all dimensions but the last two are a receptive field.
  for (std::size_t i = 0; i + 2 < keras_kernel.size(); ++i) fan_in *= keras_kernel[i];
  fan_out *= fan_in;
  fan_in *= keras_kernel[keras_kernel.size() - 2];
  std::vector<TensorId> operands = {input};
  operands.push_back(builder.weight({.name = "kernel",
                                     .shape = {units, depth},
                                     .permutation = {1, 0},
                                     .keras_shape = keras_kernel,
                                     .initializer = config.text("kernel_initializer"),
                                     .fan_in = fan_in,
                                     .fan_out = fan_out,
                                     .holder = holder}));
  if (config.flag("use_bias")) {
    operands.push_back(builder.weight({.name = "bias",
                                       .shape = {units},
                                       .permutation = {0},
                                       .keras_shape = keras_bias,
                                       .initializer = config.text("bias_initializer"),
                                       .holder = holder}));
  }
  return builder.add("FULLY_CONNECTED", operands, {{"activation", std::string("NONE")}, {"keep_num_dims", true}});
}

/// [1, steps, heads * size] -> [1, heads, steps, size].
TensorId split_heads(LayerBuilder& builder, TensorId input, int heads) {
  const Shape shape = builder.tensor(input).shape;
  const TensorId split = builder.add("RESHAPE", {input, builder.integers({-1, shape[1], heads, shape[2] / heads})}, {});
  return builder.add("TRANSPOSE", {split, builder.integers({0, 2, 1, 3})}, {});
}

TensorId join_heads(LayerBuilder& builder, TensorId input) {
  const Shape shape = builder.tensor(input).shape;
  const TensorId together = builder.add("TRANSPOSE", {input, builder.integers({0, 2, 1, 3})}, {});
  return builder.add("RESHAPE", {together, builder.integers({-1, shape[2], shape[1] * shape[3]})}, {});
}

TensorId multiply(LayerBuilder& builder, TensorId a, TensorId b, bool transposed) {
  return builder.add("BATCH_MATMUL", {a, b},
                     {{"adj_x", false}, {"adj_y", transposed}, {"asymmetric_quantize_inputs", false}});
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require(!config.has("attention_axes") || config.integer("attention_axes") == 1,
          "attention_axes must be 1, the steps");
  for (const TensorId input : inputs) require_layer_rank(builder.tensor(input), 3);
  const TensorId value_input = inputs[1];
  const TensorId key_input = inputs.size() > 2 ? inputs[2] : value_input;
  const int heads = config.integer("num_heads");
  const int key_dim = config.integer("key_dim");
  const int value_dim = config.has("value_dim") ? config.integer("value_dim") : key_dim;
  const auto depth = [&](TensorId input) { return builder.tensor(input).shape[2]; };
  require(builder.tensor(key_input).shape[1] == builder.tensor(value_input).shape[1],
          "key and value have {} and {} steps; they must be as many", builder.tensor(key_input).shape[1],
          builder.tensor(value_input).shape[1]);
  const int output = config.has("output_shape") ? config.integer("output_shape") : depth(inputs[0]);
  const auto project = [&](TensorId input, int size, std::string_view holder) {
    return dense(builder, config, input, heads * size, holder, {depth(input), heads, size}, {heads, size});
  };
  const TensorId query = project(inputs[0], key_dim, "query_dense");
  const TensorId key = project(key_input, key_dim, "key_dense");
  const TensorId value = project(value_input, value_dim, "value_dense");
  const TensorId scaled = builder.add("MUL", {query, builder.constant({1.0f / std::sqrt(static_cast<float>(key_dim))})},
                                      {{"activation", std::string("NONE")}});
  const TensorId scores =
      multiply(builder, split_heads(builder, scaled, heads), split_heads(builder, key, heads), true);
  TensorId weights = builder.add("SOFTMAX", {scores}, {{"beta", 1.0}});
  if (config.real("dropout") > 0.0f) {
    weights = builder.add("DROPOUT", {weights}, {{"rate", double{config.real("dropout")}}});
  }
  const TensorId attended = join_heads(builder, multiply(builder, weights, split_heads(builder, value, heads), false));
  return dense(builder, config, attended, output, "output_dense", {heads, value_dim, output}, {output});
}

using Kind = LayerArgument::Kind;

}  // namespace

const LayerCodec multi_head_attention_layers[1] = {
    {.class_name = "MultiHeadAttention",
     .min_inputs = 2,
     .max_inputs = 3,
     .inputs_apart = true,
     .arguments = {{Kind::kInt, "num_heads", {}, true},
                   {Kind::kInt, "key_dim", {}, true},
                   {.kind = Kind::kInt, .name = "value_dim", .optional = true},
                   {Kind::kFloat, "dropout", 0.0},
                   {Kind::kBool, "use_bias", true},
                   {.kind = Kind::kIntSingle, .name = "output_shape", .optional = true},
                   {.kind = Kind::kIntSingle, .name = "attention_axes", .optional = true},
                   initializer_argument("kernel_initializer", "glorot_uniform"),
                   initializer_argument("bias_initializer", "zeros")},
     .build = build}};

}  // namespace thimble
