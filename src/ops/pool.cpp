#include "ops/pool.h"

namespace thimble {

thimble_window pool_window(const NodeView& node) {
  const Tensor& input = node.input(0);
  require(input.shape.size() == 4, "'{}' is {}, expected batch x height x width x channels", input.name,
          to_string(input.shape));
  const Attributes& attributes = node.attributes();
  return window_of(attributes, input, attributes.integer("filter_h"), attributes.integer("filter_w"), input.shape[3]);
}

std::vector<TfliteField> pool_fields() {
  return {padding_field(0),         int_field(1, "stride_w"), int_field(2, "stride_h"),
          int_field(3, "filter_w"), int_field(4, "filter_h"), activation_field(5)};
}

std::vector<LayerArgument> pool_arguments() {
  using Kind = LayerArgument::Kind;
  return {{Kind::kIntPair, "pool_size", std::vector<std::int64_t>{2, 2}},
          {.kind = Kind::kIntPair, .name = "strides", .optional = true},
          padding_argument()};
}

std::vector<LayerArgument> global_pool_arguments() {
  return {{.kind = LayerArgument::Kind::kBool, .name = "keepdims", .default_value = false}};
}

void require_layer_rank(const Tensor& input, std::size_t rank) {
  require(input.shape.size() == rank, "the input is {}, expected {}",
          to_string(Shape(input.shape.begin() + 1, input.shape.end())),
          rank == 4 ? "height x width x channels" : "steps x channels");
}

std::vector<LayerArgument> pool_arguments_1d() {
  using Kind = LayerArgument::Kind;
  return {{Kind::kIntSingle, "pool_size", std::int64_t{2}},
          {.kind = Kind::kIntSingle, .name = "strides", .optional = true},
          padding_argument()};
}

TensorId pool_1d(LayerBuilder& builder, std::string_view op, const Attributes& config, TensorId input) {
  require_layer_rank(builder.tensor(input), 3);
  const Shape shape = builder.tensor(input).shape;
  const std::int64_t size = config.integer("pool_size");
  const std::int64_t stride = config.has("strides") ? config.integer("strides") : size;
  const Attributes square = {{"pool_size", std::vector<std::int64_t>{1, size}},
                             {"strides", std::vector<std::int64_t>{1, stride}},
                             {"padding", config.text("padding")}};
  const TensorId image = builder.add("RESHAPE", {input, builder.integers({-1, 1, shape[1], shape[2]})}, {});
  const TensorId pooled = builder.add(op, {image}, pool_attributes(square));
  const Shape result = builder.tensor(pooled).shape;
  return builder.add("RESHAPE", {pooled, builder.integers({-1, result[2], result[3]})}, {});
}

Attributes pool_attributes(const Attributes& config) {
  const std::vector<int> size = config.integers("pool_size");
  const std::vector<int> strides = config.has("strides") ? config.integers("strides") : size;
  return {{"padding", std::string(config.text("padding") == "same" ? "SAME" : "VALID")},
          {"stride_h", strides[0]},
          {"stride_w", strides[1]},
          {"filter_h", size[0]},
          {"filter_w", size[1]},
          {"activation", std::string("NONE")}};
}

}  // namespace thimble
