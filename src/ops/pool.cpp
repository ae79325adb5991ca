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
