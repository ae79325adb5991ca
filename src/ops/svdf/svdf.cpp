// SVDF: input, feature weights, time weights, bias (optional), state: a filter bank along time (svdf_kernel.h).
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/svdf/svdf_kernel.h"

THIMBLE_PARAMS(thimble_svdf_shape, batches, depth, units, rank, memory)
THIMBLE_PARAMS(thimble_svdf_f32_params, shape, output_min, output_max)
THIMBLE_PARAMS(thimble_svdf_params, shape, input_offset, state_requant, state_zero_point, output_requant, output_offset)

namespace thimble {
extern const Op svdf_op;
namespace {

void check_types(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8});
  require_type(node.input(1), {input.type});
  const Tensor& state = node.input(4);
  require(state.variable && !state.constant(), "the state '{}' is not variable", state.name);
  if (input.type == Type::kFloat32) require_type(state, {Type::kFloat32});
  if (input.type == Type::kInt8) require_type(state, {Type::kInt8, Type::kInt16});
  require_type(node.input(2), {state.type});
  if (node.has_input(3)) require_type(node.input(3), {input.type == Type::kFloat32 ? Type::kFloat32 : Type::kInt32});
}

thimble_svdf_shape shape(const NodeView& node) {
  for (int i = 0; i < 3; ++i) require_rank(node.input(i), 2);
  const Shape& input = node.input(0).shape;
  const Shape& feature = node.input(1).shape;
  const Shape& time = node.input(2).shape;
  const int rank = node.attributes().integer("rank");
  require(rank > 0 && feature[0] % rank == 0, "{} filters of rank {}", feature[0], rank);
  require(feature[1] == input[1] && time[0] == feature[0] && time[1] > 0,
          "feature weights of {} and time weights of {} do not fit an input of {}", to_string(feature), to_string(time),
          to_string(input));
  return {input[0], input[1], feature[0] / rank, rank, time[1]};
}

std::vector<TensorSpec> infer(const NodeView& node) {
  require(node.has_input(4), "lacks its state");
  check_types(node);
  const thimble_svdf_shape s = shape(node);
  require(!node.has_input(3) || node.input(3).elements() == s.units, "a bias of {} does not fit {} units",
          node.has_input(3) ? to_string(node.input(3).shape) : "", s.units);
  require(node.input(4).elements() == node.input(2).elements() * s.batches,
          "a state of {} does not fit {} batches of {}", to_string(node.input(4).shape), s.batches,
          to_string(node.input(2).shape));
  return {{node.input(0).type, {s.batches, s.units}}};
}

/// The factors are computed in single precision, as TFLite does. A fused activation has no effect on integers.
thimble_svdf_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& feature = node.input(1);
  const Tensor& time = node.input(2);
  const Tensor& state = node.input(4);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&input, &feature, &time, &state, &output}) require_per_tensor(*tensor);
  return {shape(node),
          -input.zero_point(),
          quantize_multiplier(double{input.scale() * feature.scale() / state.scale()}),
          state.zero_point(),
          quantize_multiplier(double{state.scale() * time.scale() / output.scale()}),
          output.zero_point()};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)),           in_flash(in(node.input_id(1))),
                                         in_flash(in(node.input_id(2))), in_flash(node.optional_in(3)),
                                         in(node.input_id(4)),           out(node.output_id(0))};
  if (node.input(0).type == Type::kFloat32) {
    const FloatRange range = activation_range(node.attributes().text("activation"));
    const thimble_svdf_f32_params params = {shape(node), range.min, range.max};
    return {kernel_call(KERNEL_OF("svdf", thimble_svdf_f32), params, operands)};
  }
  if (node.input(4).type == Type::kInt16) {
    return {kernel_call(KERNEL_OF("svdf", thimble_svdf_s8_s16), int_params(node), operands)};
  }
  return {kernel_call(KERNEL_OF("svdf", thimble_svdf_s8_s8), int_params(node), operands)};
}

std::int64_t macs(const NodeView& node) {
  return (node.input(1).elements() + node.input(2).elements()) * node.input(0).shape[0];
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 3 : 1; }

}  // namespace

const Op svdf_op = {
    .name = "SVDF",
    .summary = "A filter bank of low rank along time, which keeps a state",
    .min_inputs = 3,
    .max_inputs = 5,
    .infer = infer,
    .lower = lower,
    .macs = macs,
    .tflite = {.builtin = 27,
               .max_version = 4,
               .options_type = 6,
               .fields = {int_field(0, "rank"), activation_field(1), bool_field(2, "asymmetric_quantize_inputs")},
               .version = tflite_version},
};

}  // namespace thimble
