// GRU: Keras's layer. Inputs as ops/recurrent.h has them; the gates are update z, reset r, candidate c.
// h' = z * h + (1 - z) * c. With reset_after the bias is [2, 3 * units] and c = activation(x_c + r * (h * recurrent_c +
// bias_c)); without it the bias is [3 * units] and c = activation(x_c + (r * h) * recurrent_c).
#include <algorithm>

#include "ops/recurrent.h"

namespace thimble {
extern const Op gru_op;
extern const TrainKernels gru_train;
namespace {

constexpr int kGates = 3;

bool resets_after(const NodeView& node) { return node.attributes().flag("reset_after"); }

std::vector<TensorSpec> infer(const NodeView& node) {
  const int width = node.input(kRecurrentKernel).shape.empty() ? 0 : node.input(kRecurrentKernel).shape.back();
  return infer_recurrent(node, kGates, resets_after(node) ? Shape{2, width} : Shape{width});
}

/// Rows of the bias: the input's, then the hidden state's. What is added before the gates z and r is one sum.
struct Biases {
  std::vector<float> gates;      // z, r
  std::vector<float> candidate;  // of the input
  std::vector<float> recurrent;  // of the hidden state, multiplied by r
};

Biases biases(const NodeView& node, int units) {
  const auto n = static_cast<std::size_t>(units);
  Biases result{std::vector<float>(2 * n), std::vector<float>(n), std::vector<float>(n)};
  if (!node.has_input(kRecurrentBias)) return result;
  const auto values = node.input(kRecurrentBias).values<float>();
  if (!resets_after(node)) {
    std::copy_n(values.begin(), 2 * n, result.gates.begin());
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(2 * n), n, result.candidate.begin());
    return result;
  }
  for (std::size_t i = 0; i < 2 * n; ++i) result.gates[i] = values[i] + values[3 * n + i];
  for (std::size_t i = 0; i < n; ++i) result.candidate[i] = values[2 * n + i];
  for (std::size_t i = 0; i < n; ++i) result.recurrent[i] = values[5 * n + i];
  return result;
}

TensorId expand(Expansion& e, const NodeView& node) {
  const RecurrentShape shape = recurrent_shape(node, kGates);
  const int units = shape.units;
  const Biases bias = biases(node, units);
  const std::string activation = node.attributes().text("activation_name");
  const std::string gate_activation = node.attributes().text("recurrent_activation_name");
  const std::vector<TensorId> x_gates = projected_steps(e, node, shape, 0, bias.gates);
  const std::vector<TensorId> x_candidate = projected_steps(e, node, shape, 2 * units, bias.candidate);
  const TensorId gate_kernel = e.columns(node.input_id(kRecurrentKernel), 0, 2 * units);
  const TensorId candidate_kernel = e.columns(node.input_id(kRecurrentKernel), 2 * units, units);
  const bool after = resets_after(node);
  const TensorId candidate_bias = after ? e.constant(bias.recurrent, {units}) : kNoTensor;
  const TensorId axis = e.integers({1});
  TensorId hidden = e.constant(std::vector<float>(static_cast<std::size_t>(units)), {1, units});
  std::vector<TensorId> states;
  for (std::size_t step = 0; step < x_gates.size(); ++step) {
    const TensorId sum = e.sum(x_gates[step], e.dense(hidden, gate_kernel, kNoTensor));
    e.add("SPLIT", {axis, e.activation(sum, gate_activation)}, {{"num_splits", std::int64_t{2}}});
    const std::vector<TensorId> gates = e.outputs();
    const TensorId reset = after ? e.product(gates[1], e.dense(hidden, candidate_kernel, candidate_bias))
                                 : e.dense(e.product(gates[1], hidden), candidate_kernel, kNoTensor);
    const TensorId candidate = e.activation(e.sum(x_candidate[step], reset), activation);
    hidden = e.sum(candidate, e.product(gates[0], e.difference(hidden, candidate)));
    states.push_back(hidden);
  }
  return joined_steps(e, shape, states);
}

std::int64_t macs(const NodeView& node) { return recurrent_macs(node, kGates); }

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const int width = kGates * config.integer("units");
  return build_recurrent(builder, config, inputs[0], "GRU", kGates,
                         config.flag("reset_after") ? Shape{2, width} : Shape{width}, config.text("bias_initializer"));
}

using Kind = LayerArgument::Kind;
const LayerCodec kLayers[] = {{.class_name = "GRU",
                               .arguments = recurrent_arguments({{Kind::kText, "recurrent_activation",
                                                                  std::string("sigmoid"), false, kCellActivations},
                                                                 {Kind::kBool, "reset_after", true}}),
                               .build = build}};

}  // namespace

const Op gru_op = {
    .name = "GRU",
    .summary = "Keras's gated recurrent unit; written in TFLite's operators, step by step, for inference",
    .min_inputs = 3,
    .max_inputs = 4,
    .infer = infer,
    .macs = macs,
    .layers = kLayers,
    .expand = expand,
    .train = &gru_train,
};

}  // namespace thimble
