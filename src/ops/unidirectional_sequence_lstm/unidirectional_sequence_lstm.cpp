// UNIDIRECTIONAL_SEQUENCE_LSTM: a layer of LSTM cells, as Keras's LSTM: without peepholes, projection or layer
// normalization.
#include <algorithm>
#include <limits>

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/sigmoid16.h"
#include "ops/unidirectional_sequence_lstm/unidirectional_sequence_lstm_inputs.h"
#include "ops/unidirectional_sequence_lstm/unidirectional_sequence_lstm_kernel.h"

THIMBLE_PARAMS(thimble_lstm_shape, batches, steps, depth, units, step_stride, batch_stride)
THIMBLE_PARAMS(thimble_lstm_f32_params, shape, clip)
THIMBLE_PARAMS(thimble_lstm_params, shape, input_offset, hidden_offset, keep, add, output, clip, tanh_multiplier,
               tanh_shift)

THIMBLE_PARAMS(thimble_lstm_litert_params, shape, input_offset, hidden_offset, output, clip, cell_shift)

namespace thimble {
extern const Op unidirectional_sequence_lstm_op;
void quantize_lstm(NodeQuantizer& q);
namespace {

using namespace lstm;

/// What enters the gates, and what leaves them.
constexpr float kGateInputScale = 1.0f / 4096;
constexpr float kGateOutputScale = 1.0f / 32768;

thimble_lstm_shape shape(const NodeView& node) {
  const Shape& input = node.input(kInput).shape;
  const bool time_major = node.attributes().flag("time_major");
  const int batches = time_major ? input[1] : input[0];
  const int steps = time_major ? input[0] : input[1];
  const int units = node.input(kWeights + 1).shape[0];
  return {batches, steps, input[2], units, time_major ? batches : 1, time_major ? 1 : steps};
}

void require_shape(const Tensor& tensor, const Shape& shape) {
  require(tensor.shape == shape, "'{}' is {}, expected {}", tensor.name, to_string(tensor.shape), to_string(shape));
}

void check_inputs_present(const NodeView& node) {
  const auto is_gate = [](int i) { return i < 9 || (i >= kBiases && i < kBiases + 4) || i == kHidden || i == kCell; };
  for (int i = 0; i <= kCell; ++i) require(!is_gate(i) || node.has_input(i), "lacks its input {}", i);
  for (int i = 0; i < node.input_count(); ++i) {
    require(is_gate(i) || !node.has_input(i), "peepholes, projection and layer normalization are not supported");
  }
}

/// A state is written, so it must not be constant.
void check_state(const Tensor& state, Type type, const thimble_lstm_shape& s) {
  require(state.variable && !state.constant(), "the state '{}' is not variable", state.name);
  require_type(state, {type});
  require(state.elements() == std::int64_t{s.batches} * s.units, "'{}' is {}, expected {} x {}", state.name,
          to_string(state.shape), s.batches, s.units);
}

std::vector<TensorSpec> infer(const NodeView& node) {
  check_inputs_present(node);
  const Tensor& input = node.input(kInput);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kInt16});
  require_rank(input, 3);
  require_rank(node.input(kWeights + 1), 2);
  const bool is_float = input.type == Type::kFloat32;
  const thimble_lstm_shape s = shape(node);
  for (int gate = 0; gate < 4; ++gate) {
    for (const int first : {kWeights, kRecurrentWeights}) {
      require_type(node.input(first + gate), {is_float ? Type::kFloat32 : Type::kInt8});
      require_shape(node.input(first + gate), {s.units, first == kWeights ? s.depth : s.units});
    }
    require_type(node.input(kBiases + gate), {is_float                    ? Type::kFloat32
                                              : input.type == Type::kInt8 ? Type::kInt32
                                                                          : Type::kInt64});
    require_shape(node.input(kBiases + gate), {s.units});
  }
  check_state(node.input(kHidden), input.type, s);
  check_state(node.input(kCell), is_float ? Type::kFloat32 : Type::kInt16, s);
  require(node.attributes().text("activation") == "TANH", "activation {}; only TANH is supported",
          node.attributes().text("activation"));
  return {{input.type, {input.shape[0], input.shape[1], s.units}}};
}

std::vector<Operand> operands(const NodeView& node) {
  std::vector<Operand> result = {in(node.input_id(kInput))};
  for (const int first : {kWeights, kRecurrentWeights, kBiases}) {
    for (int gate = 0; gate < 4; ++gate) result.push_back(in_flash(in(node.input_id(first + gate))));
  }
  result.push_back(in(node.input_id(kHidden)));
  result.push_back(in(node.input_id(kCell)));
  return result;
}

/// From input times weights, and hidden state times recurrent weights, to the scale of what enters a gate.
KernelConstant gate_factors(const NodeView& node) {
  Tensor sum;
  sum.quantization = {{kGateInputScale}, {0}, 0};
  std::vector<std::int32_t> pairs;
  for (const auto& [operand, first] : {std::pair{kInput, kWeights}, std::pair{kHidden, kRecurrentWeights}}) {
    for (int gate = 0; gate < 4; ++gate) {
      const Tensor& weights = node.input(first + gate);
      require_per_tensor(weights);
      require(weights.zero_point() == 0, "'{}' has zero point {}, expected 0", weights.name, weights.zero_point());
      const thimble_requant factor = tensor_factor(node.input(operand), weights, sum);
      pairs.insert(pairs.end(), {factor.multiplier, factor.shift});
    }
  }
  return {"gate_factors", Type::kInt32, make_data(pairs)};
}

/// From the product of two values of these scales to a third scale.
thimble_requant product_factor(float a, float b, float result) {
  return quantize_multiplier(double{a} * double{b} / double{result});
}

int quantized_clip(const NodeView& node) {
  const float clip = node.attributes().real("cell_clip");
  if (!(clip > 0.0f)) return 32768;
  return static_cast<int>(std::min(double{clip} / double{node.input(kCell).scale()}, 32767.0));
}

thimble_lstm_params int_params(const NodeView& node) {
  const Tensor& input = node.input(kInput);
  const Tensor& hidden = node.input(kHidden);
  const Tensor& cell = node.input(kCell);
  for (const Tensor* tensor : {&input, &hidden, &cell}) require_per_tensor(*tensor);
  thimble_lstm_params params{};
  params.shape = shape(node);
  params.input_offset = -input.zero_point();
  params.hidden_offset = -hidden.zero_point();
  params.keep = product_factor(kGateOutputScale, cell.scale(), cell.scale());
  params.add = product_factor(kGateOutputScale, kGateOutputScale, cell.scale());
  params.output = product_factor(kGateOutputScale, kGateOutputScale, hidden.scale());
  params.clip = quantized_clip(node);
  // The scale of c is 2^power, tanh takes 3 * 2^-12.
  const int shift = log2_of_power(cell.scale(), cell.name) + 12;
  require(shift >= -30 && shift <= 14, "the scale of '{}' is {}, expected at most 4", cell.name, cell.scale());
  params.tanh_multiplier = shift > 0 ? 3 << shift : 3;
  params.tanh_shift = shift > 0 ? 0 : -shift;
  return params;
}

/// LiteRT's integer cells have 8-bit activations only.
KernelCall litert_call(const NodeView& node, std::vector<Operand> pointers) {
  const thimble_lstm_params shared = int_params(node);
  const Tensor& cell = node.input(kCell);
  const int shift = -log2_of_power(cell.scale(), cell.name);
  require(shift >= 9 && shift <= 15, "the scale of '{}' is {}; LiteRT takes powers of two from 2^-15 to 2^-9",
          cell.name, cell.scale());
  const thimble_lstm_litert_params params = {shared.shape,  shared.input_offset, shared.hidden_offset,
                                             shared.output, shared.clip,         shift};
  pointers.insert(pointers.end(), {in_flash(constant(0)), out(node.output_id(0))});
  KernelCall call = kernel_call(KERNEL_OF("unidirectional_sequence_lstm", thimble_lstm_s8_litert), params, pointers);
  call.constants = {gate_factors(node)};
  return call;
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  std::vector<Operand> pointers = operands(node);
  if (node.input(kInput).type == Type::kFloat32) {
    const float clip = node.attributes().real("cell_clip");
    const thimble_lstm_f32_params params = {shape(node), clip > 0.0f ? clip : std::numeric_limits<float>::max()};
    pointers.push_back(out(node.output_id(0)));
    return {kernel_call(KERNEL_OF("unidirectional_sequence_lstm", thimble_lstm_f32), params, pointers)};
  }
  if (options.rounding == Rounding::kLitert && node.input(kInput).type == Type::kInt8) {
    return {litert_call(node, std::move(pointers))};
  }
  pointers.insert(pointers.end(), {in_flash(constant(0)), in_flash(constant(1)), out(node.output_id(0))});
  const thimble_lstm_params params = int_params(node);
  KernelCall call = node.input(kInput).type == Type::kInt8
                        ? kernel_call(KERNEL_OF("unidirectional_sequence_lstm", thimble_lstm_s8), params, pointers)
                        : kernel_call(KERNEL_OF("unidirectional_sequence_lstm", thimble_lstm_s16), params, pointers);
  call.constants = {gate_factors(node), sigmoid_table()};
  return {call};
}

std::int64_t macs(const NodeView& node) {
  const thimble_lstm_shape s = shape(node);
  return std::int64_t{s.batches} * s.steps * s.units * 4 * (s.depth + s.units);
}

/// LiteRT's integer cells take five: what layer normalization gives each gate, of which there is none here, and the
/// hidden state before its projection, which is the hidden state.
std::vector<Tensor> intermediates(const NodeView& node) {
  if (node.input(kInput).type == Type::kFloat32) return {};
  std::vector<Tensor> result;
  for (const char* gate : {"input", "forget", "cell", "output"}) {
    result.push_back({.name = fmt::format("input_to_{}_intermediate", gate), .shape = {0}});
  }
  const Tensor& hidden = node.input(kHidden);
  result.push_back({.name = "effective_hidden_scale_intermediate",
                    .type = hidden.type,
                    .shape = {0},
                    .quantization = hidden.quantization});
  return result;
}

}  // namespace

const Op unidirectional_sequence_lstm_op = {
    .name = "UNIDIRECTIONAL_SEQUENCE_LSTM",
    .summary = "A layer of LSTM cells over a sequence",
    .max_inputs = 24,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .quantize = quantize_lstm},
    .macs = macs,
    .tflite = {.builtin = 44,
               .max_version = 4,
               .options_type = 71,
               .fields = {activation_field(0), float_field(1, "cell_clip"), float_field(2, "proj_clip"),
                          bool_field(3, "time_major"), bool_field(4, "asymmetric_quantize_inputs"),
                          bool_field(5, "diagonal_recurrent_tensors")},
               .intermediates = intermediates},
};

}  // namespace thimble
