#include "ops/recurrent.h"

#include <algorithm>

#include "ops/checks.h"

namespace thimble {
namespace {

void require_shape(const Tensor& tensor, const Shape& shape) {
  require(tensor.shape == shape, "'{}' is {}, expected {}", tensor.name, to_string(tensor.shape), to_string(shape));
}

}  // namespace

RecurrentShape recurrent_shape(const NodeView& node, int gates) {
  const Shape& x = node.input(kSequence).shape;
  require_rank(node.input(kSequence), 3);
  require_rank(node.input(kRecurrentKernel), 2);
  const int units = node.input(kRecurrentKernel).shape[0];
  require(x[0] == 1 && x[1] > 0 && x[2] > 0 && units > 0 && units < (1 << 20), "'{}' is {}, expected steps x channels",
          node.input(kSequence).name, to_string(x));
  require_shape(node.input(kKernel), {x[2], gates * units});
  require_shape(node.input(kRecurrentKernel), {units, gates * units});
  return {x[1], x[2], units, node.attributes().flag("go_backwards"), node.attributes().flag("return_sequences")};
}

std::int64_t recurrent_macs(const NodeView& node, int gates) {
  const RecurrentShape s = recurrent_shape(node, gates);
  return std::int64_t{s.steps} * gates * s.units * (s.depth + s.units);
}

std::vector<TensorSpec> infer_recurrent(const NodeView& node, int gates, const Shape& bias) {
  for (int i = 0; i < node.input_count(); ++i) {
    require_type(node.input(i), {Type::kFloat32});
    require(i == kSequence || node.input(i).constant(), "'{}' is not constant", node.input(i).name);
  }
  const RecurrentShape shape = recurrent_shape(node, gates);
  if (node.has_input(kRecurrentBias)) require_shape(node.input(kRecurrentBias), bias);
  return {{Type::kFloat32, shape.sequences ? Shape{1, shape.steps, shape.units} : Shape{1, shape.units}}};
}

std::vector<LayerArgument> recurrent_arguments(std::vector<LayerArgument> more) {
  using Kind = LayerArgument::Kind;
  std::vector<LayerArgument> result = {{Kind::kInt, "units", {}, true},
                                       {Kind::kText, "activation", std::string("tanh"), false, kCellActivations},
                                       {Kind::kBool, "use_bias", true},
                                       {Kind::kFloat, "dropout", 0.0},
                                       {Kind::kFloat, "recurrent_dropout", 0.0},
                                       {Kind::kBool, "return_sequences", false},
                                       {Kind::kBool, "go_backwards", false},
                                       {Kind::kBool, "unroll", false},
                                       initializer_argument("kernel_initializer", "glorot_uniform"),
                                       initializer_argument("recurrent_initializer", "orthogonal"),
                                       initializer_argument("bias_initializer", "zeros")};
  result.insert(result.end(), more.begin(), more.end());
  return result;
}

TensorId build_recurrent(LayerBuilder& builder, const Attributes& config, TensorId input, std::string_view op,
                         int gates, const Shape& bias, const std::string& bias_initializer) {
  const Shape shape = builder.tensor(input).shape;
  require(shape.size() == 3, "the input is {}, expected steps x channels",
          to_string(Shape(shape.begin() + 1, shape.end())));
  require(config.real("dropout") == 0.0f && config.real("recurrent_dropout") == 0.0f,
          "dropout and recurrent_dropout must be 0; add Dropout layers instead");
  const int units = config.integer("units");
  require(units < (1 << 20), "units = {} is too large", units);
  std::vector<TensorId> operands = {input};
  operands.push_back(builder.weight({.name = "kernel",
                                     .shape = {shape[2], gates * units},
                                     .permutation = {0, 1},
                                     .initializer = config.text("kernel_initializer"),
                                     .fan_in = shape[2],
                                     .fan_out = std::int64_t{gates} * units,
                                     .holder = "cell"}));
  operands.push_back(builder.weight({.name = "recurrent_kernel",
                                     .shape = {units, gates * units},
                                     .permutation = {0, 1},
                                     .initializer = config.text("recurrent_initializer"),
                                     .fan_in = units,
                                     .fan_out = std::int64_t{gates} * units,
                                     .holder = "cell"}));
  if (config.flag("use_bias")) {
    operands.push_back(builder.weight({.name = "bias",
                                       .shape = bias,
                                       .permutation = bias.size() == 1 ? std::vector<int>{0} : std::vector<int>{0, 1},
                                       .initializer = bias_initializer,
                                       .holder = "cell"}));
  }
  Attributes attributes = {{"go_backwards", config.flag("go_backwards")},
                           {"return_sequences", config.flag("return_sequences")},
                           {"activation_name", config.text("activation")}};
  if (config.has("recurrent_activation")) {
    attributes.set("recurrent_activation_name", config.text("recurrent_activation"));
  }
  if (config.has("reset_after")) attributes.set("reset_after", config.flag("reset_after"));
  return builder.add(op, operands, attributes);
}

std::vector<TensorId> projected_steps(Expansion& e, const NodeView& node, const RecurrentShape& shape, int first,
                                      const std::vector<float>& bias) {
  const int count = static_cast<int>(bias.size());
  const TensorId weights = e.columns(node.input_id(kKernel), first, count);
  const TensorId all = e.dense(node.input_id(kSequence), weights, e.constant(bias, {count}));
  if (shape.steps == 1) return {e.reshape(all, {1, count})};
  e.add("UNPACK", {all}, {{"num", std::int64_t{shape.steps}}, {"axis", std::int64_t{1}}});
  std::vector<TensorId> steps = e.outputs();
  if (shape.backwards) std::ranges::reverse(steps);
  return steps;
}

TensorId joined_steps(Expansion& e, const RecurrentShape& shape, const std::vector<TensorId>& states) {
  if (!shape.sequences) return states.back();
  return e.add("PACK", states, {{"values_count", std::int64_t{shape.steps}}, {"axis", std::int64_t{1}}});
}

}  // namespace thimble
