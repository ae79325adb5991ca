// SIMPLE_RNN: Keras's layer SimpleRNN. Inputs as ops/recurrent.h has them, bias [units]: h' = activation(x * kernel + h
// * recurrent + bias).
#include "ops/recurrent.h"

namespace thimble {
extern const Op simple_rnn_op;
extern const TrainKernels simple_rnn_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const int width = node.input(kRecurrentKernel).shape.empty() ? 0 : node.input(kRecurrentKernel).shape.back();
  return infer_recurrent(node, 1, {width});
}

TensorId expand(Expansion& e, const NodeView& node) {
  const RecurrentShape shape = recurrent_shape(node, 1);
  std::vector<float> bias(static_cast<std::size_t>(shape.units));
  if (node.has_input(kRecurrentBias)) {
    const auto values = node.input(kRecurrentBias).values<float>();
    bias.assign(values.begin(), values.end());
  }
  const std::vector<TensorId> x = projected_steps(e, node, shape, 0, bias);
  const TensorId kernel = e.columns(node.input_id(kRecurrentKernel), 0, shape.units);
  const TensorId none = e.constant({0.0f}, {1});
  std::vector<TensorId> states;
  for (const TensorId step : x) {
    // Begins with a sum, too: "linear" would otherwise leave no node.
    const TensorId recurrent = states.empty() ? none : e.dense(states.back(), kernel, kNoTensor);
    states.push_back(e.activation(e.sum(step, recurrent), node.attributes().text("activation_name")));
  }
  return joined_steps(e, shape, states);
}

std::int64_t macs(const NodeView& node) { return recurrent_macs(node, 1); }

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return build_recurrent(builder, config, inputs[0], "SIMPLE_RNN", 1, {config.integer("units")},
                         config.text("bias_initializer"));
}

const LayerCodec kLayers[] = {{.class_name = "SimpleRNN", .arguments = recurrent_arguments({}), .build = build}};

}  // namespace

const Op simple_rnn_op = {
    .name = "SIMPLE_RNN",
    .summary = "Keras's fully connected recurrent layer; written in TFLite's operators, step by step, for inference",
    .min_inputs = 3,
    .max_inputs = 4,
    .infer = infer,
    .macs = macs,
    .layers = kLayers,
    .expand = expand,
    .train = &simple_rnn_train,
};

}  // namespace thimble
