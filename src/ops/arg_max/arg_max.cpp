// ARG_MAX: the index of the greatest element along the dimension that the constant input 1 names.
#include "ops/arg_max/arg_max_kernel.h"

#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_arg_max_params, outer, size, inner)

namespace thimble {
extern const Op arg_max_op;
namespace {

std::size_t axis_of(const NodeView& node) {
  const std::vector<int> axis = integers_of(node.input(1));
  require(axis.size() == 1, "{} axes, expected one", axis.size());
  return static_cast<std::size_t>(resolve_axis(axis[0], node.input(0).shape.size()));
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32});
  require(!node.attributes().has("output_type") || node.attributes().text("output_type") != "INT64",
          "64-bit indices are not supported; export the model with 32-bit ones");
  const std::size_t axis = axis_of(node);
  require(input.shape[axis] > 0, "there is nothing to choose from in '{}', {}", input.name, to_string(input.shape));
  Shape shape = input.shape;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return {{Type::kInt32, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& shape = node.input(0).shape;
  const auto axis = static_cast<std::ptrdiff_t>(axis_of(node));
  const thimble_arg_max_params params = {
      static_cast<std::int32_t>(element_count(Shape(shape.begin(), shape.begin() + axis))),
      shape[static_cast<std::size_t>(axis)],
      static_cast<std::int32_t>(element_count(Shape(shape.begin() + axis + 1, shape.end())))};
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  switch (node.input(0).type) {
    case Type::kFloat32:
      return {kernel_call(KERNEL_OF("arg_max", thimble_arg_max_f32), params, operands)};
    case Type::kInt8:
      return {kernel_call(KERNEL_OF("arg_max", thimble_arg_max_s8), params, operands)};
    case Type::kUint8:
      return {kernel_call(KERNEL_OF("arg_max", thimble_arg_max_u8), params, operands)};
    case Type::kInt16:
      return {kernel_call(KERNEL_OF("arg_max", thimble_arg_max_s16), params, operands)};
    case Type::kInt32:
      return {kernel_call(KERNEL_OF("arg_max", thimble_arg_max_s32), params, operands)};
    default:
      no_kernel("ARG_MAX", node.input(0));
  }
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace

const Op arg_max_op = {
    .name = "ARG_MAX",
    .summary = "The index of the greatest element along a dimension",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 56,
               .max_version = 3,
               .options_type = 40,
               .fields = {type_field(0, "output_type")},
               .version = tflite_version},
};

}  // namespace thimble
