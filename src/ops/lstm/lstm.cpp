// LSTM: Keras's layer. Inputs as ops/recurrent.h has them, bias [4 * units]; the gates are input i, forget f, candidate
// g, output o. c' = f * c + i * g, h' = o * tanh(c'). TFLite has it: UNIDIRECTIONAL_SEQUENCE_LSTM.
#include <algorithm>

#include "ops/recurrent.h"

namespace thimble {
extern const Op lstm_op;
extern const TrainKernels lstm_train;
namespace {

constexpr int kGates = 4;

std::vector<TensorSpec> infer(const NodeView& node) {
  const int width = node.input(kRecurrentKernel).shape.empty() ? 0 : node.input(kRecurrentKernel).shape.back();
  return infer_recurrent(node, kGates, {width});
}

TensorId last_step(Expansion& e, TensorId sequence) {
  const Shape shape = e.shape(sequence);
  return e.add("STRIDED_SLICE",
               {sequence, e.integers({0, shape[1] - 1, 0}), e.integers({1, shape[1], shape[2]}), e.integers({1, 1, 1})},
               {{"begin_mask", std::int64_t{0}},
                {"end_mask", std::int64_t{0}},
                {"ellipsis_mask", std::int64_t{0}},
                {"new_axis_mask", std::int64_t{0}},
                {"shrink_axis_mask", std::int64_t{2}},
                {"offset", false}});
}

/// Inputs: x, four kernels, four recurrent kernels, three peepholes (none), four biases, two of a projection (none),
/// hidden state, cell state.
TensorId expand(Expansion& e, const NodeView& node) {
  const RecurrentShape shape = recurrent_shape(node, kGates);
  const int units = shape.units;
  TensorId x = node.input_id(kSequence);
  if (shape.backwards) x = e.add("REVERSE_V2", {x, e.integers({1})});
  std::vector<TensorId> inputs = {x};
  for (const RecurrentInput kernel : {kKernel, kRecurrentKernel}) {
    for (int gate = 0; gate < kGates; ++gate) inputs.push_back(e.columns(node.input_id(kernel), gate * units, units));
  }
  inputs.insert(inputs.end(), 3, kNoTensor);
  for (int gate = 0; gate < kGates; ++gate) {
    std::vector<float> bias(static_cast<std::size_t>(units));
    if (node.has_input(kRecurrentBias)) {
      std::ranges::copy(node.input(kRecurrentBias)
                            .values<float>()
                            .subspan(static_cast<std::size_t>(gate * units), static_cast<std::size_t>(units)),
                        bias.begin());
    }
    inputs.push_back(e.constant(bias, {units}));
  }
  inputs.insert(inputs.end(), 2, kNoTensor);
  inputs.push_back(e.variable({1, units}));
  inputs.push_back(e.variable({1, units}));
  inputs.insert(inputs.end(), 4, kNoTensor);
  const TensorId all = e.add("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs,
                             {{"activation", std::string("TANH")},
                              {"cell_clip", 0.0},
                              {"proj_clip", 0.0},
                              {"time_major", false},
                              {"asymmetric_quantize_inputs", false},
                              {"diagonal_recurrent_tensors", false}});
  return shape.sequences ? all : last_step(e, all);
}

std::int64_t macs(const NodeView& node) { return recurrent_macs(node, kGates); }

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require(config.text("activation") == "tanh" && config.text("recurrent_activation") == "sigmoid",
          "activation must be tanh and recurrent_activation sigmoid, as TFLite has them");
  const bool forget = config.flag("unit_forget_bias") && config.text("bias_initializer") == "zeros";
  return build_recurrent(builder, config, inputs[0], "LSTM", kGates, {kGates * config.integer("units")},
                         forget ? "unit_forget" : config.text("bias_initializer"));
}

using Kind = LayerArgument::Kind;
const LayerCodec kLayers[] = {{.class_name = "LSTM",
                               .arguments = recurrent_arguments({{Kind::kText, "recurrent_activation",
                                                                  std::string("sigmoid"), false, kCellActivations},
                                                                 {Kind::kBool, "unit_forget_bias", true}}),
                               .build = build}};

}  // namespace

const Op lstm_op = {
    .name = "LSTM",
    .summary = "Keras's layer of LSTM cells; UNIDIRECTIONAL_SEQUENCE_LSTM for inference",
    .min_inputs = 3,
    .max_inputs = 4,
    .infer = infer,
    .macs = macs,
    .layers = kLayers,
    .expand = expand,
    .train = &lstm_train,
};

}  // namespace thimble
