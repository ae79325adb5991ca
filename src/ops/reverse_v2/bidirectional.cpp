// Keras's Bidirectional: a recurrent layer twice, the second one walking backwards, and what both make merged. Its
// configuration has the inner layer's class in "layer", and that one's arguments among its own (LayerCodec::wraps).
#include <algorithm>

#include "ops/op.h"
#include "ops/recurrent.h"

namespace thimble {
extern const LayerCodec bidirectional_layers[1];
namespace {

/// The inner layer's weights, kept apart by direction.
class Direction final : public LayerBuilder {
 public:
  Direction(LayerBuilder& outer, bool backward) : outer_(outer), backward_(backward) {}

  const Tensor& tensor(TensorId id) const override { return outer_.tensor(id); }
  TensorId weight(const WeightSpec& spec) override {
    const std::string name = std::string(backward_ ? "backward_" : "forward_") + std::string(spec.name);
    const std::string holder = std::string(backward_ ? "backward_layer/" : "forward_layer/") + std::string(spec.holder);
    WeightSpec own = spec;
    own.name = name;
    own.holder = holder;
    return outer_.weight(own);
  }
  TensorId add(std::string_view op, std::vector<TensorId> inputs, Attributes attributes) override {
    return outer_.add(op, std::move(inputs), std::move(attributes));
  }
  TensorId integers(const std::vector<int>& values, const Shape& shape) override {
    return outer_.integers(values, shape);
  }
  TensorId constant(const std::vector<float>& values, const Shape& shape) override {
    return outer_.constant(values, shape);
  }
  TensorId activation(TensorId input, std::string_view name) override { return outer_.activation(input, name); }

 private:
  LayerBuilder& outer_;
  bool backward_;
};

TensorId merged(LayerBuilder& builder, const std::string& mode, TensorId forward, TensorId backward) {
  const Attributes plain = {{"activation", std::string("NONE")}};
  if (mode == "concat") {
    return builder.add("CONCATENATION", {forward, backward},
                       {{"axis", std::int64_t{-1}}, {"activation", std::string("NONE")}});
  }
  if (mode == "mul") return builder.add("MUL", {forward, backward}, plain);
  const TensorId sum = builder.add("ADD", {forward, backward}, plain);
  return mode == "sum" ? sum : builder.add("MUL", {sum, builder.constant({0.5f}, {1})}, plain);
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const LayerCodec& inner = *find_layer(config.text("layer"));
  require(!config.flag("go_backwards"), "go_backwards of the inner layer must be false: the other one walks backwards");
  Direction forward(builder, false), backward(builder, true);
  Attributes backwards = config;
  backwards.set("go_backwards", true);
  const TensorId first = inner.build(forward, config, inputs);
  TensorId second = inner.build(backward, backwards, inputs);
  if (config.flag("return_sequences")) second = builder.add("REVERSE_V2", {second, builder.integers({1})}, {});
  return merged(builder, config.text("merge_mode"), first, second);
}

using Kind = LayerArgument::Kind;

}  // namespace

const LayerCodec bidirectional_layers[1] = {
    {.class_name = "Bidirectional",
     .arguments = recurrent_arguments(
         {{Kind::kText, "layer", {}, true, {"LSTM", "GRU", "SimpleRNN"}},
          {Kind::kText, "merge_mode", std::string("concat"), false, {"concat", "sum", "mul", "ave"}},
          {Kind::kText, "recurrent_activation", std::string("sigmoid"), false, kCellActivations},
          {Kind::kBool, "unit_forget_bias", true},
          {Kind::kBool, "reset_after", true}}),
     .build = build,
     .wraps = true}};

}  // namespace thimble
