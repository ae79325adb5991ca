// CUMSUM: cumulative sums along the dimension that the constant input 1 names.
#include "ops/cumsum/cumsum_kernel.h"

#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_cumsum_shape, outer, depth, inner, exclusive, reverse)
THIMBLE_PARAMS(thimble_cumsum_plain_params, shape)
THIMBLE_PARAMS(thimble_cumsum_params, shape, input_offset, requant, output_requant, output_offset)

namespace thimble {
extern const Op cumsum_op;
namespace {

thimble_cumsum_shape cumsum_shape(const NodeView& node) {
  const Shape& shape = node.input(0).shape;
  const std::vector<int> axes = integers_of(node.input(1));
  require(axes.size() == 1, "{} axes, expected one", axes.size());
  const auto axis = shape.begin() + resolve_axis(axes[0], shape.size());
  return {static_cast<std::int32_t>(element_count(Shape(shape.begin(), axis))), *axis,
          static_cast<std::int32_t>(element_count(Shape(axis + 1, shape.end()))),
          node.attributes().flag("exclusive") ? 1 : 0, node.attributes().flag("reverse") ? 1 : 0};
}

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt32, Type::kInt64});
  cumsum_shape(node);
  return {{node.input(0).type, node.input(0).shape}};
}

thimble_cumsum_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  const double twice = 2.0 * double{input.scale()};
  return {cumsum_shape(node), -input.zero_point(), quantize_multiplier(0.5),
          quantize_multiplier(twice / ((1 << 20) * double{output.scale()})), output.zero_point()};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  const thimble_cumsum_plain_params plain = {cumsum_shape(node)};
  switch (node.input(0).type) {
    case Type::kFloat32:
      return {kernel_call(KERNEL_OF("cumsum", thimble_cumsum_f32), plain, operands)};
    case Type::kInt32:
      return {kernel_call(KERNEL_OF("cumsum", thimble_cumsum_s32), plain, operands)};
    case Type::kInt64:
      return {kernel_call(KERNEL_OF("cumsum", thimble_cumsum_s64), plain, operands)};
    case Type::kInt8:
      return {kernel_call(KERNEL_OF("cumsum", thimble_cumsum_s8), int_params(node), operands)};
    default:
      no_kernel("CUMSUM", node.input(0));
  }
}

}  // namespace

const Op cumsum_op = {
    .name = "CUMSUM",
    .summary = "Cumulative sums along one dimension",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 128, .options_type = 102, .fields = {bool_field(0, "exclusive"), bool_field(1, "reverse")}},
};

}  // namespace thimble
