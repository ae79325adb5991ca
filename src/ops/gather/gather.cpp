// GATHER: slices of input 0 along `axis`, chosen by the indices of input 1. The first batch_dims dimensions of both go
// together.
#include "ops/gather/gather_kernel.h"

#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_gather_params, batches, outer, size, count, slice)

namespace thimble {
extern const Op gather_op;
namespace {

using Distance = std::ptrdiff_t;

Distance axis_of(const NodeView& node) {
  return resolve_axis(node.attributes().integer("axis"), node.input(0).shape.size());
}

Distance batch_dims_of(const NodeView& node) {
  const int given = node.attributes().integer("batch_dims");
  const auto rank = static_cast<int>(node.input(1).shape.size());
  return given < 0 ? given + rank : given;
}

void check_indices(const NodeView& node) {
  if (!node.input(1).constant()) return;
  const int size = node.input(0).shape[static_cast<std::size_t>(axis_of(node))];
  for (const int index : integers_of(node.input(1))) require(index >= 0 && index < size, "index {} of {}", index, size);
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Shape& input = node.input(0).shape;
  const Shape& indices = node.input(1).shape;
  require_type(node.input(1), {Type::kInt32, Type::kInt64});
  const Distance axis = axis_of(node);
  const Distance batch_dims = batch_dims_of(node);
  require(batch_dims >= 0 && batch_dims <= axis && batch_dims <= static_cast<Distance>(indices.size()) &&
              std::equal(input.begin(), input.begin() + batch_dims, indices.begin()),
          "{} batch dimensions do not fit {} and indices of {}", batch_dims, to_string(input), to_string(indices));
  require(input[static_cast<std::size_t>(axis)] > 0, "there is nothing to gather in '{}'", node.input(0).name);
  check_indices(node);
  Shape shape(input.begin(), input.begin() + axis);
  shape.insert(shape.end(), indices.begin() + batch_dims, indices.end());
  shape.insert(shape.end(), input.begin() + axis + 1, input.end());
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& input = node.input(0).shape;
  const Shape& indices = node.input(1).shape;
  const Distance axis = axis_of(node);
  const Distance batch_dims = batch_dims_of(node);
  const auto count = [](auto first, auto last) { return static_cast<std::int32_t>(element_count(Shape(first, last))); };
  const auto slice = count(input.begin() + axis + 1, input.end()) * static_cast<int>(size_of(node.input(0).type));
  const thimble_gather_params params = {
      count(input.begin(), input.begin() + batch_dims), count(input.begin() + batch_dims, input.begin() + axis),
      input[static_cast<std::size_t>(axis)], count(indices.begin() + batch_dims, indices.end()), slice};
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  if (node.input(1).type == Type::kInt32)
    return {kernel_call(KERNEL_OF("gather", thimble_gather_i32), params, operands)};
  return {kernel_call(KERNEL_OF("gather", thimble_gather_i64), params, operands)};
}

}  // namespace

const Op gather_op = {
    .name = "GATHER",
    .summary = "Slices of a tensor, chosen by index",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 36,
               .max_version = 8,
               .options_type = 23,
               .fields = {int_field(0, "axis"), int_field(1, "batch_dims")}},
};

}  // namespace thimble
