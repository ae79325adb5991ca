// ONE_HOT: indices, depth (constant), on value, off value; the new dimension is at `axis`, -1: innermost.
#include "ops/checks.h"
#include "ops/one_hot/one_hot_kernel.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_one_hot_params, outer, depth, inner, element)

namespace thimble {
extern const Op one_hot_op;
namespace {

std::ptrdiff_t axis_of(const NodeView& node) {
  const int axis = node.attributes().integer("axis");
  const int rank = static_cast<int>(node.input(0).shape.size());
  require(axis >= -1 && axis <= rank, "axis {} of {} dimensions", axis, rank + 1);
  return axis < 0 ? rank : axis;
}

/// When the depth is computed, the file's word for the output counts: a pass may make it constant later.
int depth_of(const NodeView& node) {
  const Tensor& depth = node.input(1);
  require(depth.elements() == 1, "'{}' is {}, expected one value", depth.name, to_string(depth.shape));
  if (depth.constant()) {
    const int value = integers_of(depth)[0];
    require(value >= 0 && value < (1 << 28), "a depth of {}", value);
    return value;
  }
  require(node.has_output(0) && node.output(0).shape.size() == node.input(0).shape.size() + 1,
          "the depth '{}' depends on data; only static shapes are supported", depth.name);
  return node.output(0).shape[static_cast<std::size_t>(axis_of(node))];
}

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kInt32, Type::kInt64});
  require_type(node.input(3), {node.input(2).type});
  for (const int i : {2, 3}) {
    require(node.input(i).elements() == 1, "'{}' is {}, expected one value", node.input(i).name,
            to_string(node.input(i).shape));
  }
  Shape shape = node.input(0).shape;
  shape.insert(shape.begin() + axis_of(node), depth_of(node));
  return {{node.input(2).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& shape = node.input(0).shape;
  const auto axis = shape.begin() + axis_of(node);
  const thimble_one_hot_params params = {static_cast<std::int32_t>(element_count(Shape(shape.begin(), axis))),
                                         depth_of(node),
                                         static_cast<std::int32_t>(element_count(Shape(axis, shape.end()))),
                                         static_cast<std::int32_t>(size_of(node.output(0).type))};
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(2)), in(node.input_id(3)),
                                         out(node.output_id(0))};
  if (node.input(0).type == Type::kInt32) {
    return {kernel_call(KERNEL_OF("one_hot", thimble_one_hot_i32), params, operands)};
  }
  return {kernel_call(KERNEL_OF("one_hot", thimble_one_hot_i64), params, operands)};
}

}  // namespace

const Op one_hot_op = {
    .name = "ONE_HOT",
    .summary = "Indices as vectors with one element set",
    .min_inputs = 4,
    .max_inputs = 4,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 85, .options_type = 61, .fields = {int_field(0, "axis")}},
};

}  // namespace thimble
